/** Which packages a build carries along. Licences, SBOM and audit are made from this one list. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** What some packages add about code of others that they have copied into their own files. */
const noticeFile = /^third-party-licen[cs]es?(\.(md|txt))?(\.gz)?$/i

/**
 * @typedef {object} BundledPackage
 * @property {string} folder as a path from the repository's root
 * @property {string} name
 * @property {string} version
 * @property {string | undefined} license an SPDX expression, as the package states it
 * @property {string | undefined} notice the text about what it has copied into itself
 * @property {{ name: string, license: string }[]} copied the packages in that text, whose versions are not recorded
 *
 * @param {string} root of the repository
 * @param {import('esbuild').Metafile[]} metafiles of the builds, with paths from `root`
 * @returns {BundledPackage[]} every package of which something ended up in a bundle, by name and version
 */
export const bundledPackages = (root, metafiles) => {
  const used = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0))
  const folders = new Set(used.map(folderOf).filter((folder) => folder !== undefined))
  return [...folders].map((folder) => readPackage(root, folder)).sort(byNameAndVersion)
}

/** The folder of the package that a file belongs to; undefined for our own files. */
const folderOf = (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]

const readPackage = (root, folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const notice = noticeIn(join(root, folder)) ?? noticeIn(join(root, folder, 'dist'))
  return { folder, name, version, license, notice, copied: notice === undefined ? [] : copiedIn(notice) }
}

const noticeIn = (folder) => {
  const file = existsSync(folder) && readdirSync(folder).find((name) => noticeFile.test(name))
  if (!file) return undefined
  const bytes = readFileSync(join(folder, file))
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim()
}

/** A heading with the name, and somewhere below it the line with the licence. */
const copiedIn = (notice) =>
  [...notice.matchAll(/^## (\S+)$(?:(?!^## )[\s\S])*?^License: (.+)$/gm)].map(([, name, license]) => ({
    name,
    license,
  }))

const byNameAndVersion = (a, b) => compare(a.name, b.name) || compare(a.version, b.version)

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
