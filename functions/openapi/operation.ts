import * as z from 'zod'
import type { Converted } from '../../schemas/json-schema'
import { kinds } from '../../storage/kinds'
import type { Route } from '../app'
import { errorAnswers, errorCodesOf } from './error-answers'
import type { Answer, Operation, Parameter, Reference } from './openapi-types'
import { headerParameter, queryParameters } from './parameters'
import { operationId, tagOf } from './words'

interface Known {
  bodies: Converted
  answers: Converted
  /** The parameters in the path. */
  parameters: Parameter[]
}

/** What the reference says of one route: all of it from the endpoint's own definition. */
export const operationOf = (route: Route, { bodies, answers, parameters }: Known): Operation => {
  const [method, path, { definition }] = route
  const { summary, description, body, query, emits } = definition
  return {
    operationId: operationId(method, path, isList(route)),
    summary,
    ...(description !== undefined && { description }),
    tags: [tagOf(path)],
    parameters: [...parameters, ...queryParameters(query), ...headersHeeded(route)],
    ...(body && { requestBody: requestBody(bodies, body) }),
    responses: {
      ...success(route, answers),
      ...(isEntityRead(route) && { 304: notModified }),
      ...errorAnswers(errorCodesOf(route)),
    },
    ...(emits && { 'x-events': emits }),
  }
}

const requestBody = ({ of, named }: Converted, body: z.ZodType) => {
  const schema = of(body)
  const title = schema.$ref?.slice(schema.$ref.lastIndexOf('/') + 1) ?? ''
  const { required = [] } = named[title] ?? schema
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

const success = (route: Route, { of }: Converted): Record<string, Answer> => {
  const { status, schema, type = 'application/json' } = route[2].definition.answers
  return {
    [status]: {
      description: z.globalRegistry.get(schema)?.description ?? 'The list',
      headers: headersAnswered(route),
      content: { [type]: { schema: of(schema) } },
    },
  }
}

const notModified: Answer = {
  description: 'The caller has it already',
  headers: { 'X-Request-Id': header('X-Request-Id'), ETag: header('ETag') },
}

const headersAnswered = (route: Route): Record<string, Reference> => ({
  'X-Request-Id': header('X-Request-Id'),
  ...(isEntity(route) && { ETag: header('ETag') }),
  ...(isPaged(route) && {
    'X-Total-Count': header('X-Total-Count'),
    'X-Next-Cursor': header('X-Next-Cursor'),
  }),
})

const headersHeeded = (route: Route): Parameter[] => {
  const { errors = [], answers } = route[2].definition
  return [
    ...(isEntityRead(route) ? [headerParameter('If-None-Match')] : []),
    ...(errors.includes('PRECONDITION_FAILED') ? [headerParameter('If-Match')] : []),
    ...(answers.type === 'text/event-stream' ? [headerParameter('Last-Event-ID')] : []),
  ]
}

function header(name: string): Reference {
  return { $ref: `#/components/headers/${name}` }
}

const isList = ([, , { definition }]: Route) => definition.answers.schema instanceof z.ZodArray

const isPaged = ([, , { definition }]: Route) => 'limit' in (definition.query ?? {})

/** Every answer that is a stored entity carries its tag. */
const isEntity = ([, , { definition }]: Route) =>
  Object.values(kinds).some(({ schema }) => schema === definition.answers.schema)

const isEntityRead = (route: Route) => route[0] === 'GET' && isEntity(route)
