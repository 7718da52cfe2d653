import { InboxRequest } from '../../schemas/request'
import { operation } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getRequest = operation({
  method: 'GET',
  path: '/api/requests/:id',
  name: 'requests.get',
  sessionAccess: 'read',
  summary: 'Get a request',
  answers: { status: 200, schema: InboxRequest },
  errors: ['NOT_FOUND'],
  example: ({ request }) => ({ params: { id: request } }),
  run: (c, { params: { id } }) => respondStored(c, 'requests', id, 'NOT_FOUND', 'Request not found'),
})
