import { apiError } from '../../schemas/errors'
import { ReloadedSkill } from '../../schemas/skill'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'
import { summaryOf } from '../services/skills'

export const reloadSkill = endpoint(
  {
    summary: 'Read a skill again',
    answers: { status: 200, schema: ReloadedSkill },
    errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR', 'NOT_IMPLEMENTED'],
  },
  async (c) => {
    const { skills } = c.env
    if (!skills.reload) throw apiError('NOT_IMPLEMENTED')
    return respond(c, { ...summaryOf(await skills.reload(idOf(c))), reloaded: true })
  },
)
