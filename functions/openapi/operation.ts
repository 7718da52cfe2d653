import * as z from 'zod'
import type { Converted } from '../../schemas/json-schema'
import { kinds } from '../../storage/kinds'
import { shownIds } from '../http/example'
import { type Definition, keepsAnswers, type Operation } from '../http/operation'
import { sectionOf } from '../http/reference-order'
import { errorAnswers, errorCodesOf } from './error-answers'
import type { Answer, Operation as Described, Parameter, Ref } from './openapi-types'
import { operationId } from './operation-id'
import { headerParameter, queryParameters } from './parameters'

interface Known {
  bodies: Converted
  answers: Converted
  /** The parameters in the path. */
  parameters: Parameter[]
}

/** What the reference says of an operation: all of it from its own definition. */
export const operationOf = (operation: Operation, { bodies, answers, parameters }: Known): Described => {
  const { definition } = operation
  const { summary, description, emits } = definition
  return {
    operationId: operationId(definition),
    summary,
    ...(description !== undefined && { description }),
    tags: [sectionOf(definition.path)],
    parameters: [...parameters, ...queryParameters(definition), ...headerParameters(definition)],
    ...requestBody(definition, bodies),
    responses: {
      ...success(definition, answers),
      ...(definition.answers.ranges && { 206: partOf(definition, answers) }),
      ...(isEntityRead(definition) && { 304: notModified }),
      ...errorAnswers(errorCodesOf(operation)),
    },
    ...(emits && { 'x-events': emits }),
  }
}

const requestBody = (
  { body, example }: Definition,
  { of, named }: Converted,
): Pick<Described, 'requestBody'> => {
  if (!body) return {}
  const schema = of(body)
  const title = schema.$ref?.slice(schema.$ref.lastIndexOf('/') + 1) ?? ''
  const { required = [] } = named[title] ?? schema
  const content = { 'application/json': { schema, example: example(shownIds).body } }
  return { requestBody: { required: required.length > 0, content } }
}

const success = (definition: Definition, { of }: Converted): Record<string, Answer> => {
  const { status, schema, type = 'application/json', repeatStatus } = definition.answers
  const answer = {
    description: z.globalRegistry.get(schema)?.description ?? 'The list',
    headers: headersAnswered(definition),
    content: { [type]: { schema: of(schema) } },
  }
  const known = { ...answer, description: `${answer.description}, as it was there already` }
  return { ...(repeatStatus && { [repeatStatus]: known }), [status]: answer }
}

const partOf = (definition: Definition, answers: Converted): Answer => {
  const { [definition.answers.status]: whole = notModified } = success(definition, answers)
  return { ...whole, description: 'The part that Range asks for' }
}

const header = (name: string): Ref => ({ $ref: `#/components/headers/${name}` })

const notModified: Answer = {
  description: 'The caller has it already',
  headers: { 'X-Request-Id': header('X-Request-Id'), ETag: header('ETag') },
}

const headersAnswered = (definition: Definition): Record<string, Ref> => ({
  'X-Request-Id': header('X-Request-Id'),
  ...(isEntity(definition) && { ETag: header('ETag') }),
  ...(isPaged(definition) && {
    'X-Total-Count': header('X-Total-Count'),
    'X-Next-Cursor': header('X-Next-Cursor'),
  }),
  ...(keepsAnswers(definition) && { 'Idempotent-Replayed': header('Idempotent-Replayed') }),
})

const headerParameters = (definition: Definition): Parameter[] => [
  ...(isEntityRead(definition) ? [headerParameter('If-None-Match')] : []),
  ...(isConditional(definition) ? [headerParameter('If-Match')] : []),
  ...(keepsAnswers(definition) ? [headerParameter('Idempotency-Key')] : []),
  ...(definition.method === 'GET' || definition.method === 'DELETE' ? [] : [headerParameter('Prefer')]),
  ...(definition.answers.ranges ? [headerParameter('Range')] : []),
  ...(definition.answers.type === 'text/event-stream' ? [headerParameter('Last-Event-ID')] : []),
]

/** Whether it answers a list that comes in pages where `limit` is given. */
export const isPaged = ({ query }: Definition): boolean => 'limit' in (query?.shape ?? {})

/** Whether it heeds `If-Match`. */
export const isConditional = ({ errors = [] }: Definition): boolean => errors.includes('PRECONDITION_FAILED')

/** Every answer that is a stored entity carries its tag. */
const isEntity = ({ answers }: Definition) =>
  Object.values(kinds).some(({ schema }) => schema === answers.schema)

/** Whether it reads a stored entity, which comes with a tag. */
export const isEntityRead = (definition: Definition): boolean =>
  definition.method === 'GET' && isEntity(definition)
