import { Session } from '../../schemas/session'
import { AddSessionEventRequest } from '../../schemas/timeline'
import { addSessionEvent as add } from '../../storage/rules/sessions'
import { changeEntity } from '../http/change-entity'
import { endpointWithBody } from '../http/operation'

export const addSessionEvent = endpointWithBody(
  {
    summary: 'Record an event of a session',
    body: AddSessionEventRequest,
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['session:updated'],
  },
  (c, body) => changeEntity(c, 'sessions', (tx, id) => add(tx, id, body)),
)
