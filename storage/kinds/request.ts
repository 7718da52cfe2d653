import { InboxRequest } from '../../schemas/request'
import { defineKind, oneOf } from './kind'

/** What sessions ask of people. */
export const requests = defineKind({
  schema: InboxRequest,
  id: (request) => request.id,
  partition: (request) => request.sessionId,
  createdAt: (request) => request.createdAt,
  fields: (request) => ({
    projectId: request.projectId,
    sessionId: request.sessionId,
    taskId: request.taskId ?? [],
    kind: request.kind,
    state: request.state,
    [request.state === 'open' ? 'openOf' : 'settledOf']: request.sessionId,
  }),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'request:created', updated: 'request:updated' },
  subject: (_id, fields) => ({
    projectId: oneOf(fields, 'projectId'),
    sessionId: oneOf(fields, 'sessionId'),
    taskId: oneOf(fields, 'taskId'),
  }),
})
