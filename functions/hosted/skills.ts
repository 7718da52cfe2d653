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

  const get = async (id: string) => {
    const row = sql
      .exec<Record<keyof SkillTexts, string>>('SELECT * FROM skills WHERE id = ?', id)
      .toArray()[0]
    if (!row) throw skillNotFound(id)
    return read(row)
  }

  /** Each by itself: what is stored was read before, but perhaps by another version. */
  const survey = () => {
    const [skills, leftOut]: [Skill[], LeftOutSkill[]] = [[], []]
    const rows = sql.exec<Record<keyof SkillTexts, string>>('SELECT * FROM skills ORDER BY id').toArray()
    for (const row of rows)
      try {
        skills.push(read(row))
      } catch (err) {
        log.warn({ skill: row.id, err }, 'A skill is left out')
        leftOut.push({ folder: row.id, reason: reasonOf(err) })
      }
    return { skills, leftOut }
  }

  return {
    list: async () => survey().skills,
    leftOut: async () => survey().leftOut,
    get,
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
