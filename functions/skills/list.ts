import * as z from 'zod'
import { SkillSummary } from '../../schemas/skill'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { summaryOf } from '../services/skills'

export const listSkills = endpoint(
  {
    summary: 'List skills',
    description: 'Sorted by id. One that is broken is left out.',
    answers: { status: 200, schema: z.array(SkillSummary) },
  },
  async (c) => respond(c, (await c.env.skills.list()).map(summaryOf)),
)
