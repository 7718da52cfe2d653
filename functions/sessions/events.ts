import { Session } from '../../schemas/session'
import { AddSessionEventRequest } from '../../schemas/timeline'
import { addSessionEvent as add } from '../../storage/rules/sessions'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const addSessionEvent = operation({
  method: 'POST',
  path: '/api/sessions/:id/events',
  name: 'sessions.addEvent',
  sessionAccess: 'self',
  summary: 'Record an event of a session',
  body: AddSessionEventRequest,
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['session:updated'],
  example: ({ session }) => ({
    params: { id: session },
    body: { type: 'tool_call', data: { tool: 'bash' } },
  }),
  run: (c, { params: { id }, body }) => changeEntity(c, 'sessions', id, (tx) => add(tx, id, body)),
})
