// Requests made from the reference, and so from the list of operations: each with what it takes and what it does not.
import fc from 'fast-check'
import type { OpenApiDocument, Operation, Parameter } from '../../../functions/openapi/openapi-types'
import type { JsonSchema } from '../../../schemas/json-schema'
import { headersOf, type Kinds, kindsByName, pathOf, queryOf } from './addresses'
import { badText, type Form, form, oddNumber, oddText, writeNumbers } from './hostile'
import { fitting, mark, referredBy, withOneValue, wrongBody } from './values'
import { withoutWait } from './waits'

/** A request in which marks stand for what is only known when it is sent. */
export interface Request {
  operation: Described
  path: string
  headers: Record<string, string>
  body?: string
  form: Form
}

/** What the reference says of an operation. */
export interface Described extends Operation {
  /** In capitals. */
  method: string
  path: string
  /** Undefined: it takes none. */
  bodySchema: JsonSchema | undefined
  /** What it answers when all goes well. */
  answerSchema: JsonSchema
}

/** Every operation that answers JSON: not the page, and not the endless stream of events. */
export const operationsOf = ({ paths }: OpenApiDocument): Described[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const good = Object.entries(operation.responses).find(([status]) => status < '300')
      const answerSchema = good?.[1].content?.['application/json']?.schema
      const bodySchema = operation.requestBody?.content['application/json']?.schema
      return answerSchema
        ? [{ ...operation, method: method.toUpperCase(), path, bodySchema, answerSchema }]
        : []
    }),
  )

export const requestsTo = (document: OpenApiDocument): fc.Arbitrary<Request> => {
  const kinds = kindsByName(document)
  return fc.oneof(
    ...operationsOf(document).map((operation) => {
      const makes = operation.method === 'POST' && !operation.path.includes('{')
      // What is deleted can no longer be used: more has to be made.
      const weight = operation.method === 'DELETE' ? 1 : makes ? 4 : 2
      return { weight, arbitrary: requestTo(document, operation, kinds) }
    }),
  )
}

const requestTo = (document: OpenApiDocument, operation: Described, kinds: Kinds): fc.Arbitrary<Request> => {
  const parametersIn = (place: Parameter['in']) => operation.parameters.filter((each) => each.in === place)
  return fc
    .record({
      path: pathOf(operation.path, parametersIn('path'), kinds),
      query: queryOf(parametersIn('query'), kinds),
      headers: headersOf(parametersIn('header')),
      body: bodyOf(document, operation),
      form,
    })
    .map(({ path, query, headers, body, form }) => ({
      operation,
      path: withoutWait(path + query),
      headers,
      form,
      ...(body !== undefined && { body: withoutWait(writeNumbers(body)) }),
    }))
}

const bodyOf = (
  { components: { schemas } }: OpenApiDocument,
  { method, bodySchema }: Described,
): fc.Arbitrary<string | undefined> => {
  const none = fc.constant(undefined)
  if (method === 'GET') return none
  if (!bodySchema) return fc.oneof({ weight: 9, arbitrary: none }, { weight: 1, arbitrary: fc.json() })
  const tagged = fc.tuple(oddText, mark('tag')).map(([text, tag]) => `${text}${tag}${text}`)
  const nested = fc.tuple(tagged, fc.oneof(tagged, oddNumber)).map(([key, value]) => ({ [key]: value }))
  const names = Object.keys((referredBy(bodySchema, schemas) ?? bodySchema).properties ?? {})
  const unknown = fc.string().filter((name) => !names.includes(name))
  return fc.oneof(
    { weight: 16, arbitrary: fitting(bodySchema, schemas).map((value) => JSON.stringify(value)) },
    { weight: 6, arbitrary: wrongBody(bodySchema, schemas) },
    { weight: 8, arbitrary: withOneValue(bodySchema, schemas, fc.oneof(tagged, oddNumber, nested, badText)) },
    // A property that it does not know, which is to be ignored.
    {
      weight: 2,
      arbitrary: fc
        .tuple(fitting(bodySchema, schemas), unknown, mark('stray'))
        .map(([body, name, value]) => JSON.stringify(Object.assign({}, body, { [name]: value }))),
    },
    { weight: 2, arbitrary: none },
  )
}
