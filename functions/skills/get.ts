import { Skill } from '../../schemas/skill'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const getSkill = endpoint(
  {
    summary: 'Get a skill with its instructions',
    answers: { status: 200, schema: Skill },
    errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR'],
  },
  async (c) => respond(c, await c.env.skills.get(idOf(c))),
)
