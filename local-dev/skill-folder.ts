/** A skill on disk: found without ever leaving the skills directory, and read. */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { isSkillId } from '../functions/services/skills'

/** A file as it was found: a link is followed to its end. */
export interface FoundFile {
  path: string
  stats: BigIntStats
}

/** The files of a skill. */
export interface SkillFiles {
  manifest: FoundFile
  instructions: FoundFile | undefined
}

/** A link that leads out of the skills directory: what it leads to is none of the server's business. */
export const leadsOut = 'leads out'

/** A skill's file may be this large, in bytes: people write them, and agents read them whole. */
const mostBytes = 1024 * 1024

/** The names in the directory that can be skills, sorted. A directory that is not there holds none. */
export const listSkillFolders = async (directory: string): Promise<string[]> => {
  const entries = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && isSkillId(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/** Finds the files of a skill; undefined if the folder holds no manifest. `name` comes from the list above. */
export const findSkillFiles = async (
  directory: string,
  name: string,
): Promise<SkillFiles | typeof leadsOut | undefined> => {
  const root = await realpath(directory)
  const folder = await follow(root, join(root, name))
  if (folder === undefined || folder === leadsOut) return folder
  const [manifest, instructions] = await Promise.all([
    follow(root, join(folder.path, 'manifest.json')),
    follow(root, join(folder.path, 'skill.md')),
  ])
  if (manifest === leadsOut || instructions === leadsOut) return leadsOut
  return manifest && { manifest, instructions }
}

const follow = async (root: string, path: string): Promise<FoundFile | typeof leadsOut | undefined> => {
  const stats = await unlessMissing(lstat(path, { bigint: true }))
  if (!stats?.isSymbolicLink()) return stats && { path, stats }
  const end = await unlessMissing(realpath(path))
  if (end === undefined) return undefined
  return isBelow(root, end) ? { path: end, stats: await stat(end, { bigint: true }) } : leadsOut
}

const isBelow = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

const unlessMissing = async <T>(found: Promise<T>): Promise<T | undefined> => {
  try {
    return await found
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Reads a file that was found. A pipe or a device would never end, so only files are read. */
export const readFound = async ({ path, stats }: FoundFile): Promise<string> => {
  if (!stats.isFile()) throw new Error(`${basename(path)} is not a file`)
  if (stats.size > mostBytes) throw new Error(`${basename(path)} is larger than ${mostBytes} bytes`)
  return readFile(path, 'utf8')
}
