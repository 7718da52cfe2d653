import { Session } from '../../schemas/session'
import { operation } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getSession = operation({
  method: 'GET',
  path: '/api/sessions/:id',
  name: 'sessions.get',
  sessionAccess: 'read',
  summary: 'Get a session',
  answers: { status: 200, schema: Session },
  errors: ['SESSION_NOT_FOUND'],
  example: ({ session }) => ({ params: { id: session } }),
  run: (c, { params }) => respondStored(c, 'sessions', params.id, 'SESSION_NOT_FOUND'),
})
