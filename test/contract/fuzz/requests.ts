// Requests made from the reference: each endpoint, with what it takes and with what it does not.
import fc from 'fast-check'
import type { OpenApiDocument, Operation } from '../../../functions/openapi/openapi-types'
import { fitting, mark, wrongBody } from './values'

/** A request in which marks stand for what is only known when it is sent. */
export interface Request {
  /** Which operation it is meant for. */
  operationId: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

/** Requests to every endpoint that answers JSON (not to the page, and not to the endless stream of events). */
export const requestsTo = (document: OpenApiDocument): fc.Arbitrary<Request> => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { responses }]) => answersJson(responses))
      .map(([method, operation]) => ({
        // What is deleted can no longer be used: more has to be made.
        weight: method === 'delete' ? 1 : path === '/api/tasks' || path.startsWith('/api/sessions') ? 4 : 2,
        arbitrary: requestTo(document, method.toUpperCase(), path, operation),
      })),
  )
  return fc.oneof(...operations)
}

const answersJson = (responses: Operation['responses']) =>
  Object.entries(responses).some(
    ([status, { content = {} }]) => status < '300' && 'application/json' in content,
  )

const requestTo = (
  { components }: OpenApiDocument,
  method: string,
  path: string,
  { operationId, parameters, requestBody }: Operation,
): fc.Arbitrary<Request> => {
  const schema = requestBody?.content['application/json']?.schema
  const body = schema
    ? fc.oneof(
        { weight: 8, arbitrary: fitting(schema, components.schemas).map((value) => JSON.stringify(value)) },
        { weight: 3, arbitrary: wrongBody(schema, components.schemas) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      )
    : fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: method === 'GET' ? 0 : 1, arbitrary: fc.json() },
      )
  const filters = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
  return fc
    .record({ path: pathOf(path, parameters), query: queryOf(filters), headers, body })
    .map(({ path, query, headers, body }) => ({
      operationId,
      method,
      path: path + query,
      headers,
      ...(body !== undefined && { body }),
    }))
}

/** Mostly with ids that are known, of the kind that belongs there or of another. */
const pathOf = (path: string, parameters: Operation['parameters']): fc.Arbitrary<string> => {
  const words = path.split('/').map((word, place, all) => {
    if (!word.startsWith('{')) return fc.constant(word)
    const choices = parameters.find(({ name }) => word === `{${name}}`)?.schema.enum
    const right = choices ? fc.constantFrom(...choices.map(String)) : mark(all[place - 1] ?? '')
    return fc.oneof(
      { weight: 20, arbitrary: right },
      { weight: 1, arbitrary: fc.constantFrom('gone', 'projects', 'sessions').chain(mark) },
      { weight: 1, arbitrary: segment },
    )
  })
  return fc.tuple(...words).map((parts) => parts.join('/'))
}

/** A piece of a path that is not empty, and that fetch does not resolve as `.` and `..`. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !/^\.{1,2}$/.test(text))
  .map(encodeURIComponent)

const queryOf = (names: readonly string[]): fc.Arbitrary<string> => {
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...(names.length > 0 ? names : ['unknown'])) },
    { weight: 1, arbitrary: segment },
  )
  const value = fc.oneof(
    fc.constantFrom('', 'null', 'true', 'todo', 'pending', 'completed', 'running'),
    fc.integer({ min: -2, max: 20 }).map(String),
    fc.constantFrom('projects', 'tasks', 'sessions', 'cursors').chain(mark),
    segment,
  )
  const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${text}`)
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''))
}

const visible = fc.stringMatching(/^[!-~]{1,20}$/)
const tag = fc.oneof(mark('etags'), fc.constant('*'), visible)
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        'if-match': fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: tag }),
        'if-none-match': tag,
        'x-request-id': visible,
        'content-type': fc.constantFrom('application/json', 'text/plain', 'nonsense'),
      },
      { requiredKeys: [] },
    ),
  },
)
