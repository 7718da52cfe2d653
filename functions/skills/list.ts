import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { SkillSummary } from '../../schemas/skill'
import { operation } from '../http/operation'
import { respondPage } from '../http/respond-page'
import { summaryOf } from '../services/skills'

export const listSkills = operation({
  method: 'GET',
  path: '/api/skills',
  name: 'skills.list',
  sessionAccess: 'read',
  summary: 'List skills',
  description: 'Sorted by id. One that is broken is left out.',
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(SkillSummary) },
  example: () => ({}),
  run: async (c, { query }) => respondPage(c, (await c.env.skills.list()).map(summaryOf), query),
})
