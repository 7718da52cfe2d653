import { OpenApi } from '../../schemas/responses'
import { operation } from '../http/operation'
import { respondText } from '../http/respond'

export const openApi = operation({
  method: 'GET',
  path: '/openapi.json',
  name: 'server.openApi',
  sessionAccess: 'read',
  summary: 'Get this reference as OpenAPI 3.1',
  description: 'Made from the same schemas that validate.',
  answers: { status: 200, schema: OpenApi },
  example: () => ({}),
  run: (c) => respondText(c, 200, c.env.reference.json()),
})
