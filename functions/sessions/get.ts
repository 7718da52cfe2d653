import { Session } from '../../schemas/session'
import { endpoint } from '../endpoint'
import { answerStored } from '../stored-entity'

export const getSession = endpoint(
  { summary: 'Get a session', answers: { status: 200, schema: Session }, errors: ['SESSION_NOT_FOUND'] },
  (c) => answerStored(c, 'sessions', 'SESSION_NOT_FOUND'),
)
