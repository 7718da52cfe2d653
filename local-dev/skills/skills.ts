/** Skills as folders: `{directory}/{id}/manifest.json` and `skill.md`, or `SKILL.md` of the common format. */
import { join } from 'node:path'
import type { Log } from '../../functions/services/log'
import { readSkill, type Skills, skillBroken, skillNotFound } from '../../functions/services/skills'
import { ApiError } from '../../schemas/errors'
import type { LeftOutSkill, Skill } from '../../schemas/skill'
import { reasonOf } from '../lib/reason'
import { readSkillFiles } from './read-skill-files'
import {
  type FoundFile,
  findSkillFiles,
  linkLeadsOut,
  listSkillFolders,
  nameIsNoId,
  outsideDirectory,
  type SkillFiles,
  type SkillFolders,
} from './skill-folder'

/** What is found in a folder: a skill, or why it is left out and what asking for it gets. */
type Found = { skill: Skill } | { reason: string; refusal: ApiError }

/** What was found, and the fingerprint of the files then: if that changes, they are read again. */
interface CachedSkill {
  found: Found
  fingerprint: string
}

/**
 * Two writes within one tick of a file system's clock leave the same times behind, so what changed this
 * recently is read every time. The coarsest such clock in use, that of FAT, ticks every 2 s.
 */
const clockGranularityMs = 2000

/** The skills below a directory, which need not exist. What changes in it is noticed with the next request. */
export const folderSkills = (directory: string, log: Log, clock: () => number): Skills => {
  const cache = new Map<string, CachedSkill>()
  const told = new Map<string, string>()

  /** Skills are read often: what there is to say of one is logged once, and again when it changes. */
  const tellOnce = (folder: string, problem: string, message: string) => {
    if (told.get(folder) === problem) return
    told.set(folder, problem)
    log.warn({ folder, problem }, message)
  }
  const tellLeftOut = (folder: string, problem: string) => tellOnce(folder, problem, 'A skill is left out')

  const read = async (id: string, files: SkillFiles): Promise<Found> => {
    try {
      const { manifest, instructions, notes } = await readSkillFiles(id, files)
      const { folders } = files
      const skill = { ...readSkill(id, manifest, instructions), ...(folders.length > 0 && { folders }) }
      const folder = join(directory, id)
      if (notes.length > 0)
        tellOnce(folder, notes.join('; '), 'A skill is used, but something is odd about it')
      else told.delete(folder)
      return { skill }
    } catch (error) {
      // That may pass without a change of the file.
      if (isSystemError(error)) throw error
      return broken(id, error)
    }
  }

  const load = async (id: string): Promise<Found | undefined> => {
    const files = await findSkillFiles(directory, id)
    if (files === undefined) return undefined
    if (files === outsideDirectory) return { reason: linkLeadsOut, refusal: skillNotFound(id) }
    const fingerprint = fingerprintOf(files)
    const cached = cache.get(id)
    if (cached?.fingerprint === fingerprint) return cached.found
    cache.delete(id)
    const isOld = lastChangeMs(files) + clockGranularityMs < clock()
    const found = await read(id, files)
    if (isOld) cache.set(id, { found, fingerprint })
    return found
  }

  /** Undefined: the folder holds no skill. */
  const find = async (id: string): Promise<Found | undefined> => {
    const found = await load(id).catch((error) => broken(id, error))
    if (found && 'reason' in found) tellLeftOut(join(directory, id), found.reason)
    return found
  }

  /** Looks through the directory; `problem`: why that is not possible. */
  const look = async (): Promise<SkillFolders & { problem?: string }> => {
    try {
      return await listSkillFolders(directory)
    } catch (error) {
      const problem = reasonOf(error)
      tellLeftOut(directory, problem)
      return { names: [], unusable: [], problem }
    }
  }

  /** Only what the directory itself lists ever becomes part of a path. */
  const get = async (id: string): Promise<Skill> => {
    const found = (await look()).names.includes(id) ? await find(id) : undefined
    if (!found) throw skillNotFound(id)
    if ('refusal' in found) throw found.refusal
    return found.skill
  }

  const survey = async () => {
    const { names, unusable, problem } = await look()
    const leftOut: LeftOutSkill[] = problem === undefined ? [] : [{ folder: directory, reason: problem }]
    for (const folder of unusable) {
      tellLeftOut(join(directory, folder), nameIsNoId)
      leftOut.push({ folder, reason: nameIsNoId })
    }
    const all = await Promise.all(names.map(async (folder) => ({ folder, found: await find(folder) })))
    for (const { folder, found } of all)
      if (found && 'reason' in found) leftOut.push({ folder, reason: found.reason })
    return {
      skills: all.flatMap(({ found }) => (found && 'skill' in found ? found.skill : [])),
      leftOut,
    }
  }

  const named = async (ids: Iterable<string>): Promise<ReadonlyMap<string, Skill>> => {
    const there = new Set((await look()).names)
    const found = new Map<string, Skill>()
    const add = async (id: string) => {
      const one = await find(id)
      if (one && 'skill' in one) found.set(id, one.skill)
    }
    await Promise.all([...new Set(ids)].filter((id) => there.has(id)).map(add))
    return found
  }

  return {
    get,
    named,
    reload(id) {
      cache.delete(id)
      return get(id)
    },
    list: async () => (await survey()).skills,
    leftOut: async () => (await survey()).leftOut,
  }
}

const broken = (id: string, error: unknown) => {
  const refusal = error instanceof ApiError ? error : skillBroken(id, reasonOf(error))
  return { reason: refusal.message, refusal }
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error

const filesOf = ({ head, instructions }: SkillFiles): FoundFile[] =>
  instructions ? [head, instructions] : [head]

const fingerprintOf = (files: SkillFiles): string =>
  [
    ...filesOf(files).map(({ path, stats }) =>
      [path, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(),
    ),
    ...files.folders,
  ].join('|')

const lastChangeMs = (files: SkillFiles): number =>
  Math.max(...filesOf(files).map(({ stats }) => Number(stats.ctimeMs)))
