/** A skill on disk: found without ever leaving the skills directory, and read. */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { isSkillId } from '../../functions/services/skills'

/** A file as it was found: a link is followed to its end. */
export interface FoundFile {
  path: string
  stats: BigIntStats
}

/** The files of a skill. */
export interface SkillFiles {
  /** Whether it is of the common format: `SKILL.md`, and no manifest. */
  isCommon: boolean
  /** `manifest.json`, or `SKILL.md`. */
  head: FoundFile
  /** `skill.md`, where there is a manifest. */
  instructions: FoundFile | undefined
  /** Absolute paths of the folders beside a `SKILL.md` that an agent is told of. */
  folders: string[]
}

/** What is found instead of files where a link leads out of the skills directory: it is not followed. */
export const outsideDirectory = 'outside the skills directory'

/** Why such a skill is left out. */
export const linkLeadsOut = 'it is, or holds, a link that leads out of the skills directory'

/** Why one is left out that is among the unusable. */
export const nameIsNoId = 'its name cannot be an id: letters, digits, ".", "_" and "-" can'

/** People write skills, and agents read them whole. */
const maxFileBytes = 1024 * 1024

/** What lies in the skills directory. */
export interface SkillFolders {
  /** The names that can be skills, sorted. */
  names: string[]
  /** Those that hold one, and have a name that cannot be an id. */
  unusable: string[]
}

const heads = ['manifest.json', 'SKILL.md']

/** Looks through the directory. One that is not there holds none. */
export const listSkillFolders = async (directory: string): Promise<SkillFolders> => {
  const entries = (await undefinedIfMissing(readdir(directory, { withFileTypes: true }))) ?? []
  const folders = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  const unusable: string[] = []
  for (const name of folders)
    if (!isSkillId(name) && (await holdsSkill(join(directory, name)))) unusable.push(name)
  return { names: folders.filter(isSkillId), unusable }
}

const holdsSkill = async (folder: string): Promise<boolean> => {
  for (const head of heads) if (await undefinedIfMissing(lstat(join(folder, head)))) return true
  return false
}

/** Finds the files of a skill; undefined if the folder holds none. `name` comes from the list above. */
export const findSkillFiles = async (
  directory: string,
  name: string,
): Promise<SkillFiles | typeof outsideDirectory | undefined> => {
  const root = await realpath(directory)
  const folder = await resolveLink(root, join(root, name))
  if (folder === undefined || folder === outsideDirectory) return folder
  const find = (file: string) => resolveLink(root, join(folder.path, file))
  const manifest = await find('manifest.json')
  const head = manifest ?? (await find('SKILL.md'))
  const instructions = manifest && (await find('skill.md'))
  if (head === outsideDirectory || instructions === outsideDirectory) return outsideDirectory
  if (!head) return undefined
  const folders = manifest ? [] : await Promise.all(['scripts', 'references'].map(find))
  if (folders.includes(outsideDirectory)) return outsideDirectory
  return {
    isCommon: manifest === undefined,
    head,
    instructions: instructions?.stats.isSymbolicLink() ? undefined : instructions,
    folders: folders.flatMap((found) =>
      typeof found === 'object' && found.stats.isDirectory() ? found.path : [],
    ),
  }
}

/** The file, or what a link leads to; a link that leads nowhere is itself. */
const resolveLink = async (
  root: string,
  path: string,
): Promise<FoundFile | typeof outsideDirectory | undefined> => {
  const stats = await undefinedIfMissing(lstat(path, { bigint: true }))
  if (!stats?.isSymbolicLink()) return stats && { path, stats }
  const target = await undefinedIfMissing(realpath(path))
  if (target === undefined) return { path, stats }
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
export const readFoundFile = async ({ path, stats }: FoundFile): Promise<Buffer> => {
  if (!stats.isFile()) throw new Error(`${basename(path)} is not a file`)
  if (stats.size > maxFileBytes) throw new Error(`${basename(path)} is larger than ${maxFileBytes} bytes`)
  return readFile(path)
}
