import { InboxRequest } from '../../schemas/request'
import { defineKind, type Fields, oneOf } from './kind'

/** One about a task whose session has ended is not what that session waits for. */
const openFieldOf = ({ state, sessionId, outlivesSession }: InboxRequest): Fields => {
  if (state !== 'open') return { settledOf: sessionId }
  return outlivesSession ? {} : { openOf: sessionId }
}

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
    ...openFieldOf(request),
  }),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'request:created', updated: 'request:updated' },
  subject(_id, fieldsOf) {
    const fields = fieldsOf()
    return {
      projectId: oneOf(fields, 'projectId'),
      sessionId: oneOf(fields, 'sessionId'),
      taskId: oneOf(fields, 'taskId'),
    }
  },
})
