import type { Converted, JsonSchema } from '../../schemas/json-schema'
import { Role } from '../../schemas/template'
import type { Route } from '../app'
import type { Parameter } from './openapi-types'

/** `/api/tasks/:id` as OpenAPI spells it: `/api/tasks/{id}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

/** The parameters in a path. An id is described as the entity describes it. */
export const pathParameters = (
  path: string,
  routes: readonly Route[],
  { of, named }: Converted,
): Parameter[] => {
  const words = path.split('/')
  return words.flatMap((word, place) => {
    if (!word.startsWith(':')) return []
    const entity = routes.find(
      ([method, path]) => method === 'GET' && path === `/api/${words[place - 1]}/:id`,
    )?.[2].definition.answers.schema
    const id = entity && named[titleIn(of(entity))]?.properties?.id
    const schema = typeof id === 'object' ? id : role
    return [pathParameter(word.slice(1), schema)]
  })
}

const pathParameter = (name: string, { description = name, ...schema }: JsonSchema): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
})

const role: JsonSchema = { type: 'string', enum: Role.options, description: 'Role of a session' }

const titleIn = ({ $ref = '' }: JsonSchema): string => $ref.slice($ref.lastIndexOf('/') + 1)

/** The parameters of the query, by name. */
export const queryParameters = (query: Readonly<Record<string, string>> = {}): Parameter[] =>
  Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema: queryTypes[name] ?? { type: 'string' },
  }))

/** Query parameters that are no mere text. */
const queryTypes: Record<string, JsonSchema> = {
  limit: { type: 'integer', minimum: 1, maximum: 1000 },
  since: { type: 'integer', minimum: 0 },
}

/** A request header that an endpoint heeds. */
export const headerParameter = (name: 'If-Match' | 'If-None-Match' | 'Last-Event-ID'): Parameter => ({
  name,
  in: 'header',
  required: false,
  description: headers[name],
  schema: { type: 'string' },
})

const headers = {
  'If-Match': 'ETag of what was read: if it has changed since, nothing is done and 412 is answered',
  'If-None-Match': 'ETag of what the caller has: 304 is answered as long as it holds',
  'Last-Event-ID': 'Number of the last event that was heard: those after it come first',
}
