import { InboxRequest } from '../../schemas/request'
import { noteAnswerDelivered } from '../../storage/rules/requests'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const requestDelivered = operation({
  method: 'POST',
  path: '/api/requests/:id/delivered',
  name: 'requests.delivered',
  sessionAccess: 'self',
  summary: 'Note that the agent has the answer',
  answers: { status: 200, schema: InboxRequest },
  errors: ['NOT_FOUND', 'INVALID_STATE', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['request:updated'],
  example: ({ answeredRequest }) => ({ params: { id: answeredRequest } }),
  run: (c, { params: { id } }) => changeEntity(c, 'requests', id, (tx) => noteAnswerDelivered(tx, id)),
})
