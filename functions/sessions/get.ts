import { Session } from '../../schemas/session'
import { endpoint } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getSession = endpoint(
  { summary: 'Get a session', answers: { status: 200, schema: Session }, errors: ['SESSION_NOT_FOUND'] },
  (c) => respondStored(c, 'sessions', 'SESSION_NOT_FOUND'),
)
