import { CreateInboxRequest, InboxRequest } from '../../schemas/request'
import { createRequest as create } from '../../storage/rules/requests'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const createRequest = operation({
  method: 'POST',
  path: '/api/sessions/:id/requests',
  name: 'requests.create',
  sessionAccess: 'self',
  summary: 'Ask something of a person',
  description:
    'Until it is answered or withdrawn, the session and the task that it is about say that they wait.',
  body: CreateInboxRequest,
  answers: { status: 201, schema: InboxRequest },
  errors: ['NOT_FOUND', 'TASK_NOT_FOUND', 'SESSION_ENDED', 'STORAGE_UNAVAILABLE'],
  emits: ['request:created', 'session:updated', 'task:updated'],
  example: ({ session }) => ({
    params: { id: session },
    body: {
      kind: 'question',
      title: 'Which date format?',
      options: [{ id: 'iso', label: '2026-03-01', effect: 'other' }],
    },
  }),
  run: (c, { params: { id }, body }) =>
    respondChange(c, (tx) => ({ entry: tx.entry('requests', create(tx, id, body).id), status: 201 })),
})
