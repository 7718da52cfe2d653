/** A bundle carries code of other people, and most of their licences ask that their text comes along. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const licenceFile = /^(licen[cs]e|copying|notice)\b/i
/** Some have it in their README, below everything else. */
const licenceSection = /^#+ *licen[cs]e\b.*$[\s\S]*/im
const rule = '='.repeat(80)

/**
 * The licences of all bundled packages, as one text.
 *
 * @param {string} root of the repository
 * @param {import('./bundled-packages.mjs').BundledPackage[]} packages
 * @returns {string}
 * @throws if a package has no licence text: whoever adds such a dependency has to look into it.
 */
export const thirdPartyLicenses = (root, packages) => {
  const sections = packages.map((bundled) => `${rule}\n${licencesOf(root, bundled)}\n`)
  return `Maestro Server includes code of these packages.\n\n${sections.join('\n')}`
}

const licencesOf = (root, { folder, name, version, license, notice }) => {
  const read = (file) => readFileSync(join(root, folder, file), 'utf8').trim()
  const files = readdirSync(join(root, folder))
  const texts = files.filter((file) => licenceFile.test(file)).map(read)
  if (texts.length === 0)
    texts.push(
      ...files
        .filter((file) => file === 'README.md')
        .flatMap((file) => read(file).match(licenceSection) ?? []),
    )
  if (texts.length === 0)
    throw new Error(`${name} (${license}) is bundled, but has no licence text: ${folder}`)
  return [`${name} ${version} (${license})`, ...texts, ...(notice === undefined ? [] : [notice])].join('\n\n')
}
