import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { SkillSummary } from '../../schemas/skill'
import { roleInPath } from '../../schemas/template'
import { operation } from '../http/operation'
import { respondPage } from '../http/respond-page'
import { skillsOfRole, summaryOf } from '../services/skills'

export const listSkillsOfRole = operation({
  method: 'GET',
  path: '/api/skills/role/:role',
  name: 'skills.ofRole',
  sessionAccess: 'read',
  summary: 'List the skills of a role',
  description: 'First the system skills of the role, then every other that is assigned to it or to all.',
  params: { role: roleInPath("Role must be 'worker' or 'orchestrator'") },
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(SkillSummary) },
  errors: ['VALIDATION_ERROR'],
  example: () => ({ params: { role: 'worker' } }),
  run: async (c, { params, query }) =>
    respondPage(c, skillsOfRole(await c.env.skills.list(), params.role).map(summaryOf), query),
})
