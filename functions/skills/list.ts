import * as z from 'zod'
import { SkillSummary } from '../../schemas/skill'
import { operation } from '../http/operation'
import { respond } from '../http/respond'
import { summaryOf } from '../services/skills'

export const listSkills = operation({
  method: 'GET',
  path: '/api/skills',
  name: 'skills.list',
  sessionAccess: 'read',
  summary: 'List skills',
  description: 'Sorted by id. One that is broken is left out.',
  answers: { status: 200, schema: z.array(SkillSummary) },
  example: () => ({}),
  run: async (c) => respond(c, (await c.env.skills.list()).map(summaryOf)),
})
