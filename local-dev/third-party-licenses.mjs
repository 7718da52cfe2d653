/** A bundle carries code of other people, and most of their licences ask that their text comes along. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const licenceFile = /^(licen[cs]e|copying|notice)\b/i
/** Some have it in their README, below everything else. */
const licenceSection = /^#+ *licen[cs]e\b.*$[\s\S]*/im
const rule = '='.repeat(80)

/**
 * The licences of every package of which something ended up in a bundle, as one text.
 *
 * @param {import('esbuild').Metafile} metafile of the build
 * @returns {string}
 * @throws if a package has no licence text: whoever adds such a dependency has to look into it.
 */
export const thirdPartyLicenses = ({ outputs }) => {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
  )
  const folders = new Set(used.map(packageFolder).filter((folder) => folder !== undefined))
  const sections = [...folders].sort().map((folder) => `${rule}\n${licenceOf(folder)}\n`)
  return `Maestro Server includes code of these packages.\n\n${sections.join('\n')}`
}

/** The folder of the package that a file belongs to; undefined for our own files. */
const packageFolder = (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]

const licenceOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const read = (file) => readFileSync(join(folder, file), 'utf8').trim()
  const files = readdirSync(folder)
  const texts = files.filter((file) => licenceFile.test(file)).map(read)
  if (texts.length === 0)
    texts.push(
      ...files
        .filter((file) => file === 'README.md')
        .flatMap((file) => read(file).match(licenceSection) ?? []),
    )
  if (texts.length === 0)
    throw new Error(`${name} (${license}) is bundled, but has no licence text: ${folder}`)
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}
