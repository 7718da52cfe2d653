import { Session } from '../../schemas/session'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { storedEntity } from '../stored-entity'

export const getSession = endpoint(
  { summary: 'Get a session', answers: { status: 200, schema: Session }, errors: ['SESSION_NOT_FOUND'] },
  async (c) => answerEntity(c, await storedEntity(c, 'sessions', 'SESSION_NOT_FOUND')),
)
