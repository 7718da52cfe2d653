import { Session } from '../../schemas/session'
import { AddSessionTimelineRequest } from '../../schemas/timeline'
import { findSession } from '../../storage/rules/find'
import { addTimelineEntry } from '../../storage/rules/timeline'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const addSessionTimeline = operation({
  method: 'POST',
  path: '/api/sessions/:id/timeline',
  name: 'sessions.addTimeline',
  sessionAccess: 'self',
  summary: 'Add an entry to a session’s timeline',
  body: AddSessionTimelineRequest,
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['session:updated'],
  example: ({ session }) => ({
    params: { id: session },
    body: { type: 'milestone', message: 'The parser works' },
  }),
  run: (c, { params: { id }, body }) =>
    changeEntity(c, 'sessions', id, (tx) => addTimelineEntry(tx, findSession(tx, id, 'NOT_FOUND'), body)),
})
