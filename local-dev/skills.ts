/** Skills as folders: `{directory}/{id}/manifest.json` and `skill.md`. */
import { join } from 'node:path'
import type { Log } from '../functions/services/log'
import { readSkill, type Skills, skillBroken, skillNotFound } from '../functions/services/skills'
import { ApiError } from '../schemas/errors'
import type { Skill } from '../schemas/skill'
import {
  type FoundFile,
  findSkillFiles,
  leadsOut,
  listSkillFolders,
  readFound,
  type SkillFiles,
} from './skill-folder'

/** A skill that was read, and what its files were then: another stamp, and it is read again. */
interface Known {
  skill: Skill
  stamp: string
}

/**
 * Two writes within one tick of a file system's clock leave the same times behind, so what changed this
 * recently is read every time. In milliseconds; the coarsest such clock in use, that of FAT, ticks every 2 s.
 */
const coarsestTick = 2000

/** The skills below a directory, which need not exist. What changes in it is noticed with the next request. */
export const folderSkills = (directory: string, log: Log, clock: () => number): Skills => {
  const known = new Map<string, Known>()
  const complaints = new Map<string, string>()

  /** Skills are asked for often; what is wrong is said once, and again when it is something else. */
  const complain = (folder: string, problem: string) => {
    if (complaints.get(folder) === problem) return
    complaints.set(folder, problem)
    log.warn({ folder, problem }, 'Skills are left out')
  }

  const names = async (): Promise<string[]> => {
    try {
      return await listSkillFolders(directory)
    } catch (error) {
      complain(directory, reasonOf(error))
      return []
    }
  }

  const load = async (id: string): Promise<Skill> => {
    const files = await findSkillFiles(directory, id)
    if (files === undefined) throw skillNotFound(id)
    if (files === leadsOut) {
      complain(join(directory, id), 'it is, or holds, a link that leads out of the skills directory')
      throw skillNotFound(id)
    }
    const stamp = stampOf(files)
    const before = known.get(id)
    if (before?.stamp === stamp) return before.skill
    known.delete(id)
    const isOld = lastChange(files) + coarsestTick < clock()
    const { manifest, instructions } = files
    const skill = readSkill(id, await readFound(manifest), instructions ? await readFound(instructions) : '')
    if (isOld) known.set(id, { skill, stamp })
    complaints.delete(join(directory, id))
    return skill
  }

  /** Whatever stands in the way of a skill that is there makes it a broken one. */
  const loadOrRefuse = async (id: string): Promise<Skill> => {
    try {
      return await load(id)
    } catch (error) {
      const refusal = error instanceof ApiError ? error : skillBroken(id, reasonOf(error))
      if (refusal.code === 'SKILL_LOAD_ERROR') complain(join(directory, id), refusal.message)
      throw refusal
    }
  }

  /** Only what the directory itself lists ever becomes part of a path. */
  const get = async (id: string): Promise<Skill> => {
    if (!(await names()).includes(id)) throw skillNotFound(id)
    return loadOrRefuse(id)
  }

  return {
    get,
    reload(id) {
      known.delete(id)
      return get(id)
    },
    async list() {
      const loaded = await Promise.allSettled((await names()).map(loadOrRefuse))
      return loaded.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    },
  }
}

const filesOf = ({ manifest, instructions }: SkillFiles): FoundFile[] =>
  instructions ? [manifest, instructions] : [manifest]

const stampOf = (files: SkillFiles): string =>
  filesOf(files)
    .map(({ path, stats }) => [path, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join())
    .join('|')

const lastChange = (files: SkillFiles): number =>
  Math.max(...filesOf(files).map(({ stats }) => Number(stats.ctimeMs)))

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
