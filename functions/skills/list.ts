import * as z from 'zod'
import { SkillSummary } from '../../schemas/skill'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { summaryOf } from './skills'

export const listSkills = endpoint(
  {
    summary: 'List skills',
    description: 'Sorted by id. One that is broken is left out.',
    answers: { status: 200, schema: z.array(SkillSummary) },
  },
  async (c) => answer(c, (await c.env.skills.list()).map(summaryOf)),
)
