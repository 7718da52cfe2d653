import type { LeftOutSkill, Skill } from '../../schemas/skill'
import { refuseTooLarge } from '../../storage/drivers/durable-object/row-limit'
import { reasonOf } from '../../storage/reason'
import type { Log } from '../services/log'
import { readSkill, type Skills, skillNotFound } from '../services/skills'

/** The two files of a skill, as text. */
interface SkillTexts {
  id: string
  manifest: string
  instructions: string
}

export interface StoredSkills extends Skills {
  /** Stores or replaces a skill. Throws `SKILL_LOAD_ERROR` if it cannot be used. */
  publish(skill: SkillTexts): Promise<void>
}

/** Skills in the object's SQLite, where a command puts them. They are read anew every time. */
export const storedSkills = (storage: DurableObjectStorage, log: Log): StoredSkills => {
  const { sql } = storage
  sql.exec(
    'CREATE TABLE IF NOT EXISTS skills (id TEXT PRIMARY KEY, manifest TEXT NOT NULL, instructions TEXT NOT NULL)',
  )
  const read = ({ id, manifest, instructions }: SkillTexts) => readSkill(id, manifest, instructions)

  const rowOf = (id: string) =>
    sql.exec<Record<keyof SkillTexts, string>>('SELECT * FROM skills WHERE id = ?', id).toArray()

  const get = async (id: string) => {
    const row = rowOf(id)[0]
    if (!row) throw skillNotFound(id)
    return read(row)
  }

  /** Each by itself: what is stored was read before, but perhaps by another version. */
  const readAll = (rows: readonly SkillTexts[]) => {
    const [skills, leftOut]: [Skill[], LeftOutSkill[]] = [[], []]
    for (const row of rows)
      try {
        skills.push(read(row))
      } catch (err) {
        log.warn({ skill: row.id, err }, 'A skill is left out')
        leftOut.push({ folder: row.id, reason: reasonOf(err) })
      }
    return { skills, leftOut }
  }

  const survey = () =>
    readAll(sql.exec<Record<keyof SkillTexts, string>>('SELECT * FROM skills ORDER BY id').toArray())

  /** Any number may be named: so many are read as are there. */
  const named = async (ids: Iterable<string>) => {
    const wanted = new Set(ids)
    const stored = sql.exec<{ id: string }>('SELECT id FROM skills ORDER BY id').toArray()
    const { skills } = readAll(stored.flatMap(({ id }) => (wanted.has(id) ? rowOf(id) : [])))
    return new Map(skills.map((skill) => [skill.id, skill]))
  }

  return {
    list: async () => survey().skills,
    leftOut: async () => survey().leftOut,
    get,
    named,
    reload: get,
    async publish(skill) {
      read(skill)
      refuseTooLarge(`Skill ${skill.id}`, skill.manifest + skill.instructions)
      sql.exec(
        'INSERT OR REPLACE INTO skills (id, manifest, instructions) VALUES (?, ?, ?)',
        ...[skill.id, skill.manifest, skill.instructions],
      )
      await storage.sync()
    },
  }
}
