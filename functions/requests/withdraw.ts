import { InboxRequest } from '../../schemas/request'
import { withdrawRequest as withdraw } from '../../storage/rules/requests'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const withdrawRequest = operation({
  method: 'POST',
  path: '/api/requests/:id/withdraw',
  name: 'requests.withdraw',
  sessionAccess: 'self',
  summary: 'Withdraw a request',
  description:
    'Nobody needs to answer it any more. One that is withdrawn stays as it is, and so does what is asked about a task whose sessions were lost, unless a person withdraws it.',
  answers: { status: 200, schema: InboxRequest },
  errors: ['NOT_FOUND', 'ALREADY_ANSWERED', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['request:updated', 'session:updated', 'task:updated'],
  example: ({ request }) => ({ params: { id: request } }),
  run: (c, { params: { id } }) => changeEntity(c, 'requests', id, (tx) => withdraw(tx, id, c.get('caller'))),
})
