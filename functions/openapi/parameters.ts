import * as z from 'zod'
import type { Converted, JsonSchema } from '../../schemas/json-schema'
import { type Definition, type Operation, paramNamesOf } from '../http/operation'
import { idempotencyKeyPattern } from '../http/repeats'
import type { Parameter } from './openapi-types'

/** `/api/tasks/:id` as OpenAPI spells it: `/api/tasks/{id}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

/** The parameters in a path. An id is described as the entity describes it. */
export const pathParameters = (
  { path, params = {} }: Definition,
  operations: readonly Operation[],
  { of, named }: Converted,
): Parameter[] => {
  const words = path.split('/')
  const idOf = (resource: string | undefined) => {
    const schema = operations.find(
      ({ definition }) => definition.method === 'GET' && definition.path === `/api/${resource}/:id`,
    )?.definition.answers.schema
    const id = schema && named[titleIn(of(schema))]?.properties?.id
    return typeof id === 'object' ? id : { type: 'string' as const }
  }
  return paramNamesOf(path).map((name) => {
    const own = params[name]
    return pathParameter(name, own ? plainSchema(own) : idOf(words[words.indexOf(`:${name}`) - 1]))
  })
}

const pathParameter = (name: string, { description = name, ...schema }: JsonSchema): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
})

const titleIn = ({ $ref = '' }: JsonSchema): string => $ref.slice($ref.lastIndexOf('/') + 1)

/** The parameters of the query, by name. */
export const queryParameters = ({ query }: Definition): Parameter[] =>
  Object.entries(query?.shape ?? {}).map(([name, parameter]) => {
    const { description = name, ...schema } = plainSchema(parameter)
    return { name, in: 'query', required: false, description, schema }
  })

/** A schema of a text in an address, as JSON Schema. */
export const plainSchema = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, { io: 'input' })
  return converted
}

/** A request header that an operation heeds. */
export const headerParameter = (name: keyof typeof headers): Parameter => ({
  name,
  in: 'header',
  required: false,
  ...headers[name],
})

const headers = {
  'If-Match': {
    description: 'ETag of what was read: if it has changed since, nothing is done and 412 is answered',
    schema: { type: 'string' },
  },
  'If-None-Match': {
    description: 'ETag of what the caller has: 304 is answered as long as it holds',
    schema: { type: 'string' },
  },
  'Last-Event-ID': {
    description: 'Number of the last event that was received: those after it come first',
    schema: { type: 'string' },
  },
  Range: {
    description: 'A part of it, such as bytes=1000- or bytes=-500; at most 4 MiB are sent at once',
    schema: { type: 'string' },
  },
  'Idempotency-Key': {
    description:
      'A text of the caller’s own for this request, 1 to 200 visible ASCII characters: repeated with it within 24 hours, the request does nothing and gets the same answer',
    schema: { type: 'string', pattern: idempotencyKeyPattern },
  },
  Prefer: {
    description: 'With return=minimal, `{success, id}` is answered instead, and Preference-Applied says so',
    schema: { type: 'string' },
  },
} as const satisfies Record<string, Pick<Parameter, 'description' | 'schema'>>
