/**
 * How `dist` is laid out:
 *
 *     package.json        says which build is current: `#current/*` leads to its directory
 *     server.js cli.js …  what is started, always the same line: import '#current/server.js'
 *     build-{hash}/       the programs of one build, which is never written to again
 *     client.js …         what stands alone: the clients, their types, licences, SBOM
 *
 * Whoever starts a program reads package.json once, so it finds one build or another. What runs stays in the
 * directory of its own build, which is there for as long as it may run (superseded.mjs).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { digests, ownInputs } from './inputs.mjs'

/** In the directory of a build: what it was made from, and the digests of all of its files. */
export const recordFile = 'build.json'

/**
 * @param {string} outdir
 * @returns {string | undefined} the name of the current build's directory, if there is a build
 */
export const currentBuild = (outdir) => {
  const target = readJson(join(outdir, 'package.json'))?.imports?.['#current/*']
  return /^\.\/(build-[\w-]+)\/\*$/.exec(target)?.[1]
}

/**
 * Whether the build in `outdir` is whole, and what a build would make now. Judged by content.
 *
 * @param {string} root of the repository
 * @param {string} outdir
 * @returns {boolean}
 */
export const isCurrent = (root, outdir) => {
  const name = currentBuild(outdir)
  const record = name && readJson(join(outdir, name, recordFile))
  if (!record?.inputs || !record.packageFiles || !record.files) return false
  return (
    isDeepStrictEqual(record.inputs, ownInputs(root)) &&
    areAsRecorded(root, record.packageFiles) &&
    areAsRecorded(outdir, record.files)
  )
}

const areAsRecorded = (folder, recorded) =>
  isDeepStrictEqual(digests(folder, Object.keys(recorded)), recorded)

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
