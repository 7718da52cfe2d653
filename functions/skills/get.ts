import { Skill } from '../../schemas/skill'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const getSkill = operation({
  method: 'GET',
  path: '/api/skills/:id',
  name: 'skills.get',
  sessionAccess: 'read',
  summary: 'Get a skill with its instructions',
  answers: { status: 200, schema: Skill },
  errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR'],
  example: ({ skill }) => ({ params: { id: skill } }),
  run: async (c, { params }) => respond(c, await c.env.skills.get(params.id)),
})
