import * as z from 'zod'
import { SkillSummary } from '../../schemas/skill'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { roleOf } from '../http/role-param'
import { skillsOfRole, summaryOf } from '../services/skills'

export const listSkillsOfRole = endpoint(
  {
    summary: 'List the skills of a role',
    description: 'First the system skills of the role, then every other that is assigned to it or to all.',
    answers: { status: 200, schema: z.array(SkillSummary) },
    errors: ['VALIDATION_ERROR'],
  },
  async (c) => {
    const role = roleOf(c, "Role must be 'worker' or 'orchestrator'")
    return respond(c, skillsOfRole(await c.env.skills.list(), role).map(summaryOf))
  },
)
