import { apiError } from '../../schemas/errors'
import { ReloadedSkill } from '../../schemas/skill'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'
import { summaryOf } from '../services/skills'

export const reloadSkill = operation({
  method: 'POST',
  path: '/api/skills/:id/reload',
  name: 'skills.reload',
  sessionAccess: 'person',
  summary: 'Reload a skill from its files',
  answers: { status: 200, schema: ReloadedSkill },
  errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR', 'NOT_IMPLEMENTED'],
  example: ({ skill }) => ({ params: { id: skill } }),
  run: async (c, { params }) => {
    const { skills } = c.env
    if (!skills.reload) throw apiError('NOT_IMPLEMENTED')
    const body = { ...summaryOf(await skills.reload(params.id)), reloaded: true }
    return respondChange(c, () => ({ body }))
  },
})
