/** Skills as folders: `{directory}/{id}/manifest.json` and `skill.md`. */
import { join } from 'node:path'
import type { Log } from '../../functions/services/log'
import { readSkill, type Skills, skillBroken, skillNotFound } from '../../functions/services/skills'
import { ApiError } from '../../schemas/errors'
import type { Skill } from '../../schemas/skill'
import { reasonOf } from '../lib/reason'
import {
  type FoundFile,
  findSkillFiles,
  listSkillFolders,
  outsideDirectory,
  readFoundFile,
  type SkillFiles,
} from './skill-folder'

/** A skill that was read, and the fingerprint of its files then: if that changes, it is read again. */
interface CachedSkill {
  skill: Skill
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
  const warned = new Map<string, string>()

  /** Skills are read often: a problem is logged once, and again when it changes. */
  const warnOnce = (folder: string, problem: string) => {
    if (warned.get(folder) === problem) return
    warned.set(folder, problem)
    log.warn({ folder, problem }, 'A skill is left out')
  }

  const names = async (): Promise<string[]> => {
    try {
      return await listSkillFolders(directory)
    } catch (error) {
      warnOnce(directory, reasonOf(error))
      return []
    }
  }

  const load = async (id: string): Promise<Skill> => {
    const files = await findSkillFiles(directory, id)
    if (files === undefined) throw skillNotFound(id)
    if (files === outsideDirectory) {
      warnOnce(join(directory, id), 'it is, or holds, a link that leads out of the skills directory')
      throw skillNotFound(id)
    }
    const fingerprint = fingerprintOf(files)
    const cached = cache.get(id)
    if (cached?.fingerprint === fingerprint) return cached.skill
    cache.delete(id)
    const isOld = lastChangeMs(files) + clockGranularityMs < clock()
    const { manifest, instructions } = files
    const skill = readSkill(
      id,
      await readFoundFile(manifest),
      instructions ? await readFoundFile(instructions) : '',
    )
    if (isOld) cache.set(id, { skill, fingerprint })
    warned.delete(join(directory, id))
    return skill
  }

  /** Throws `NOT_FOUND`, or `SKILL_LOAD_ERROR` for whatever else goes wrong. */
  const loadOrFail = async (id: string): Promise<Skill> => {
    try {
      return await load(id)
    } catch (error) {
      const failure = error instanceof ApiError ? error : skillBroken(id, reasonOf(error))
      if (failure.code === 'SKILL_LOAD_ERROR') warnOnce(join(directory, id), failure.message)
      throw failure
    }
  }

  /** Only what the directory itself lists ever becomes part of a path. */
  const get = async (id: string): Promise<Skill> => {
    if (!(await names()).includes(id)) throw skillNotFound(id)
    return loadOrFail(id)
  }

  return {
    get,
    reload(id) {
      cache.delete(id)
      return get(id)
    },
    async list() {
      const loaded = await Promise.allSettled((await names()).map(loadOrFail))
      return loaded.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    },
  }
}

const filesOf = ({ manifest, instructions }: SkillFiles): FoundFile[] =>
  instructions ? [manifest, instructions] : [manifest]

const fingerprintOf = (files: SkillFiles): string =>
  filesOf(files)
    .map(({ path, stats }) => [path, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join())
    .join('|')

const lastChangeMs = (files: SkillFiles): number =>
  Math.max(...filesOf(files).map(({ stats }) => Number(stats.ctimeMs)))
