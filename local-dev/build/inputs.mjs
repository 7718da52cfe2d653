/** What a build is made from, by content: whether it has changed is whether these digests have. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that is compiled, and what compiles it. */
const sources = ['console', 'functions', 'local-dev', 'schemas', 'storage']
/** The last one is npm's own list of what is installed, links included. */
const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'node_modules/.package-lock.json']

/**
 * @param {string} root of the repository
 * @returns {Record<string, string | null>} digests of our own files by path, and the major version of Node
 */
export const ownInputs = (root) => {
  const inSources = sources.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  )
  return {
    'node version': process.versions.node.split('.')[0],
    ...digests(root, [...settings, ...inSources.sort()]),
  }
}

/**
 * @param {import('esbuild').Metafile[]} metafiles of the builds
 * @returns {string[]} the files of packages that they read, as paths from the repository's root
 */
export const packageFiles = (metafiles) => {
  const read = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  return [...new Set(read.filter((path) => path.includes('node_modules/')))].sort()
}

/** The digests of files by path; null for one that is not there. */
export const digests = (folder, paths) =>
  Object.fromEntries(paths.map((path) => [path, digestOfFile(join(folder, path))]))

export const digest = (bytes) => createHash('sha256').update(bytes).digest('hex')

const digestOfFile = (path) => {
  try {
    return digest(readFileSync(path))
  } catch {
    return null
  }
}
