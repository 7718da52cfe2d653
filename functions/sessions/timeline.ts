import { Session } from '../../schemas/session'
import { AddSessionTimelineRequest } from '../../schemas/timeline'
import { findSession } from '../../storage/rules/find'
import { addTimelineEntry } from '../../storage/rules/sessions'
import { changeEntity } from '../http/change-entity'
import { endpointWithBody } from '../http/operation'

export const addSessionTimeline = endpointWithBody(
  {
    summary: 'Add an entry to a session’s timeline',
    body: AddSessionTimelineRequest,
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['session:updated'],
  },
  (c, body) =>
    changeEntity(c, 'sessions', (tx, id) => addTimelineEntry(tx, findSession(tx, id, 'NOT_FOUND'), body)),
)
