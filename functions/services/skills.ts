import { type ApiError, apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import { withoutByteOrderMark } from '../../schemas/json-text'
import { parseDescribed, problemsOf } from '../../schemas/problems'
import { type LeftOutSkill, type Skill, SkillManifest, type SkillSummary } from '../../schemas/skill'
import type { Role } from '../../schemas/template'

/** Where skills come from: a folder locally, the store hosted. */
export interface Skills {
  /** Every skill that can be used, sorted by id. What is broken is left out and logged; this never fails. */
  list(): Promise<Skill[]>
  /** Throws `NOT_FOUND`, also for what can be no id, and `SKILL_LOAD_ERROR` for one that is broken. */
  get(id: string): Promise<Skill>
  /**
   * Those of these that can be used, by their ids: no others are looked at. What is broken is left out and logged; this
   * never fails.
   */
  named(ids: Iterable<string>): Promise<ReadonlyMap<string, Skill>>
  /** What `list` leaves out, and why; this never fails either. */
  leftOut(): Promise<LeftOutSkill[]>
  /** As `get`, but nothing that was kept is used. Absent where that cannot be done. */
  reload?(id: string): Promise<Skill>
}

/** Whether this can be the id of a skill: a folder's name that hides nothing and leads nowhere. */
export const isSkillId = (id: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(id)

/** The 404 for a skill. */
export const skillNotFound = (id: string): ApiError => apiError('NOT_FOUND', `Skill not found: ${id}`)

/** The error for a skill that is there and cannot be used. */
export const skillBroken = (id: string, why: string): ApiError =>
  apiError('SKILL_LOAD_ERROR', `Skill ${id} cannot be loaded: ${why}`)

/** A skill from the texts of its `manifest.json` and `skill.md`. Throws `SKILL_LOAD_ERROR`. */
export const readSkill = (id: string, manifestText: string, instructions: string): Skill => {
  const { name, description, version, type, ...rest } = parseManifest(id, manifestText)
  return {
    id,
    name,
    description,
    type: type ?? 'system',
    version,
    instructions: withoutByteOrderMark(instructions),
    capabilities: rest.capabilities ?? [],
    dependencies: rest.dependencies ?? [],
    assignTo: rest.assignTo ?? [],
  }
}

const parseManifest = (id: string, text: string): SkillManifest => {
  let manifest: unknown
  try {
    manifest = JSON.parse(withoutByteOrderMark(text))
  } catch (error) {
    throw skillBroken(
      id,
      `manifest.json is not valid JSON: ${error instanceof Error ? error.message : error}`,
    )
  }
  if (!isObject(manifest)) throw skillBroken(id, 'manifest.json must hold an object')
  const parsed = parseDescribed(SkillManifest, manifest)
  if (parsed.success) return parsed.data
  const problems = problemsOf(parsed.error).map(({ message }) => message)
  throw skillBroken(id, `in manifest.json, ${problems.join('; ')}`)
}

/** A skill as lists show it. */
export const summaryOf = ({ id, name, description, type, version }: Skill): SkillSummary => ({
  id,
  name,
  description,
  type,
  version,
})

const first: Readonly<Record<Role, readonly string[]>> = {
  worker: ['maestro-cli', 'maestro-worker'],
  orchestrator: ['maestro-cli', 'maestro-orchestrator'],
}

/** The skills of a role: first those that it always has, as far as they are there; then those assigned to it. */
export const skillsOfRole = (skills: readonly Skill[], role: Role): Skill[] => {
  const always = first[role].flatMap((id) => skills.find((skill) => skill.id === id) ?? [])
  const assigned = skills.filter(
    (skill) => !always.includes(skill) && skill.assignTo.some((to) => to === role || to === 'all'),
  )
  return [...always, ...assigned]
}
