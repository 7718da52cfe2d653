import { ErrorResponse } from '../../schemas/errors'
import { events, mainRoomOf, messageOf } from '../../schemas/events'
import { type Converted, type JsonSchema, toJsonSchemas } from '../../schemas/json-schema'
import type { Operation } from '../http/operation'
import { sectionOf } from '../http/reference-order'
import { errorExamples } from './error-answers'
import { introduction } from './introduction'
import type { OpenApiDocument } from './openapi-types'
import { operationOf } from './operation'
import { pathParameters, templateOf } from './parameters'

/** The OpenAPI document of some operations, made from what they say of themselves and from the schemas. */
export const createDocument = (operations: readonly Operation[], version: string): OpenApiDocument => {
  const messages = Object.entries(events).map(([name, data]) => ({ name, message: messageOf(name, data) }))
  const prefix = '#/components/schemas/'
  const definitions = operations.map(({ definition }) => definition)
  const bodies = toJsonSchemas(
    definitions.flatMap(({ body }) => body ?? []),
    'input',
    prefix,
  )
  const answers = toJsonSchemas(
    [
      ...definitions.map(({ answers }) => answers.schema),
      ...messages.map(({ message }) => message),
      ErrorResponse,
    ],
    'output',
    prefix,
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'Maestro Server',
      version,
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, {}],
    tags: tagsOf(operations),
    paths: pathsOf(operations, bodies, answers),
    webhooks: Object.fromEntries(
      messages.map(({ name, message }) => [name, webhookOf(name, answers.of(message))]),
    ),
    components: {
      schemas: sorted({ ...answers.named, ...bodies.named }),
      headers,
      examples: errorExamples(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'MAESTRO_API_TOKEN, where one is configured. Without one, only this machine is served.',
        },
      },
    },
  }
}

const pathsOf = (
  operations: readonly Operation[],
  bodies: Converted,
  answers: Converted,
): OpenApiDocument['paths'] => {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of operations) {
    const { method, path } = operation.definition
    const parameters = pathParameters(operation.definition, operations, answers)
    paths[templateOf(path)] = {
      ...paths[templateOf(path)],
      [method.toLowerCase()]: operationOf(operation, { bodies, answers, parameters }),
    }
  }
  return paths
}

const tagsOf = (operations: readonly Operation[]): OpenApiDocument['tags'] =>
  [...new Set([...operations.map(({ definition }) => sectionOf(definition.path)), eventTag])].map((name) => ({
    name,
  }))

/** The tag of `GET /api/events` too. */
const eventTag = 'events'

const webhookOf = (name: string, schema: JsonSchema) => ({
  post: {
    summary: name,
    description: `Goes to ${mainRoomOf(name) === undefined ? '' : `the room ${mainRoomOf(name)}, and to `}the rooms of what it is about.`,
    tags: [eventTag],
    requestBody: { required: true, content: { 'application/json': { schema } } },
  },
})

const headers: OpenApiDocument['components']['headers'] = {
  'X-Request-Id': {
    description: 'Id of the request, which its lines in the log carry',
    required: true,
    schema: { type: 'string' },
  },
  ETag: {
    description: 'Tag of the entity’s present state, for If-Match and If-None-Match',
    required: true,
    schema: { type: 'string' },
  },
  'X-Total-Count': {
    description: 'Length of the whole list',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  'X-Next-Cursor': {
    description: 'cursor of the next page; absent on the last',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: 'true: this is the answer that was given before, and nothing was done',
    schema: { type: 'string', enum: ['true'] },
  },
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
