import { OpenApi } from '../../schemas/responses'
import type { Route } from '../app'
import { type Endpoint, endpoint } from '../http/operation'
import { respondText } from '../http/respond'
import { createDocument } from '../openapi/document'

/** The document of the routes, of which this endpoint is one; made when it is first asked for, and kept. */
export const openApi = (routes: () => readonly Route[]): Endpoint => {
  let document: string | undefined
  return endpoint(
    {
      summary: 'Get this reference as OpenAPI 3.1',
      description: 'Made from the same schemas that validate.',
      answers: { status: 200, schema: OpenApi },
    },
    (c) => {
      document ??= JSON.stringify(createDocument(routes(), c.env.version))
      return respondText(c, 200, document)
    },
  )
}
