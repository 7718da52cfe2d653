/** A skill on disk: found without ever leaving the skills directory, and read. */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { isSkillId } from '../../functions/services/skills'
import { withoutByteOrderMark } from '../../schemas/json-text'

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

/** What is found instead of files where a link leads out of the skills directory: it is not followed. */
export const outsideDirectory = 'outside the skills directory'

/** People write skills, and agents read them whole. */
const maxFileBytes = 1024 * 1024

/** The names in the directory that can be skills, sorted. A directory that is not there holds none. */
export const listSkillFolders = async (directory: string): Promise<string[]> => {
  const entries = (await undefinedIfMissing(readdir(directory, { withFileTypes: true }))) ?? []
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && isSkillId(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/** Finds the files of a skill; undefined if the folder holds no manifest. `name` comes from the list above. */
export const findSkillFiles = async (
  directory: string,
  name: string,
): Promise<SkillFiles | typeof outsideDirectory | undefined> => {
  const root = await realpath(directory)
  const folder = await resolveLink(root, join(root, name))
  if (folder === undefined || folder === outsideDirectory) return folder
  const [manifest, instructions] = await Promise.all([
    resolveLink(root, join(folder.path, 'manifest.json')),
    resolveLink(root, join(folder.path, 'skill.md')),
  ])
  if (manifest === outsideDirectory || instructions === outsideDirectory) return outsideDirectory
  return manifest && { manifest, instructions }
}

/** The file, or what a link leads to. */
const resolveLink = async (
  root: string,
  path: string,
): Promise<FoundFile | typeof outsideDirectory | undefined> => {
  const stats = await undefinedIfMissing(lstat(path, { bigint: true }))
  if (!stats?.isSymbolicLink()) return stats && { path, stats }
  const target = await undefinedIfMissing(realpath(path))
  if (target === undefined) return undefined
  return isBelow(root, target)
    ? { path: target, stats: await stat(target, { bigint: true }) }
    : outsideDirectory
}

const isBelow = (root: string, path: string): boolean => {
  const inner = relative(root, path)
  return inner !== '' && inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner)
}

const undefinedIfMissing = async <T>(found: Promise<T>): Promise<T | undefined> => {
  try {
    return await found
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Reads a file that was found. A pipe or a device would never end, so only files are read. */
export const readFoundFile = async ({ path, stats }: FoundFile): Promise<string> => {
  if (!stats.isFile()) throw new Error(`${basename(path)} is not a file`)
  if (stats.size > maxFileBytes) throw new Error(`${basename(path)} is larger than ${maxFileBytes} bytes`)
  return withoutByteOrderMark(await readFile(path, 'utf8'))
}
