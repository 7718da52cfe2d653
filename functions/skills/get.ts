import { Skill } from '../../schemas/skill'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'

export const getSkill = endpoint(
  {
    summary: 'Get a skill with its instructions',
    answers: { status: 200, schema: Skill },
    errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR'],
  },
  async (c) => answer(c, await c.env.skills.get(idOf(c))),
)
