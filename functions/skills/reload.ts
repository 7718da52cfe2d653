import { apiError } from '../../schemas/errors'
import { ReloadedSkill } from '../../schemas/skill'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'
import { summaryOf } from './skills'

export const reloadSkill = endpoint(
  {
    summary: 'Read a skill again',
    answers: { status: 200, schema: ReloadedSkill },
    errors: ['NOT_FOUND', 'SKILL_LOAD_ERROR', 'NOT_IMPLEMENTED'],
  },
  async (c) => {
    const { skills } = c.env
    if (!skills.reload) throw apiError('NOT_IMPLEMENTED')
    return answer(c, { ...summaryOf(await skills.reload(idOf(c))), reloaded: true })
  },
)
