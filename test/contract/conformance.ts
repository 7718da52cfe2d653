// Holds what the server answers and sends against its own reference, with a validator that is not the server's.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020'
import formats from 'ajv-formats'
import type { OpenApiDocument } from '../../functions/openapi/openapi-types'
import { parseTrusted } from '../../schemas/json-text'

interface Request {
  method: string
  path: string
  headers: Record<string, string>
}

interface Answer {
  status: number
  headers: Headers
  body: unknown
}

/** Throws if the reference of the server at `url` does not know such an answer to such a request. */
export const checkAnswer = async (url: string, request: Request, answer: Answer): Promise<void> => {
  const { method, path } = request
  const told = `${method} ${path} answered ${answer.status}`
  const token = new Headers(request.headers).get('authorization')
  const reference = await referenceOf(url, token === null ? {} : { authorization: token })
  const found = reference && operationOf(reference, method, path)
  if (found === undefined) {
    // No such path, no such method, or nobody who may read the reference.
    if (method !== 'OPTIONS' && answer.body !== undefined)
      valid(fileSchema('error-response'), answer.body, told)
    return
  }
  const expected = found.operation.responses[answer.status]
  if (!expected) throw new Error(`${told}, which the reference does not know of`)
  for (const name of Object.keys(expected.headers))
    if (reference?.document.components.headers[name]?.required && !answer.headers.has(name))
      throw new Error(`${told} without ${name}`)
  if (method === 'HEAD' || !expected.content) {
    if (answer.body !== undefined) throw new Error(`${told} with a body`)
    return
  }
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  if (!(type in expected.content)) throw new Error(`${told} as "${type}"`)
  const pointer =
    answer.headers.get('preference-applied') === 'return=minimal'
      ? ['components', 'schemas', 'DeleteResponse']
      : [...found.pointer, 'responses', `${answer.status}`, 'content', type, 'schema']
  valid(reference?.schemaAt(pointer), answer.body, told)
}

/** Throws if a message that tells of an event is none that `websocket-message.json` describes. */
export const checkMessage = (message: { type: string }): void => {
  if (['pong', 'rooms', 'error'].includes(message.type)) return
  valid(messageSchema(message.type), message, message.type)
}

interface Reference {
  document: OpenApiDocument
  /** The path as the reference spells it that an address fits. */
  templateOf(path: string): string | undefined
  schemaAt(pointer: string[]): ValidateFunction | undefined
}

/** By the server's address. A server that does not let us read its reference may let the next request do so. */
const references = new Map<string, Promise<Reference | undefined>>()

const referenceOf = (url: string, headers: Record<string, string>): Promise<Reference | undefined> => {
  const reference = references.get(url) ?? readReference(url, headers)
  references.set(url, reference)
  return reference
}

const readReference = async (
  url: string,
  headers: Record<string, string>,
): Promise<Reference | undefined> => {
  const response = await fetch(`${url}/openapi.json`, { headers })
  if (!response.ok) {
    references.delete(url)
    return undefined
  }
  const text = await response.text()
  const reference = referencesByText.get(text) ?? createReference(parseTrusted(text))
  referencesByText.set(text, reference)
  return reference
}

/** Most servers have the same one: to compile its schemas takes longer than most tests. */
const referencesByText = new Map<string, Reference>()

const createReference = (document: OpenApiDocument): Reference => {
  const ajv = validator().addSchema(document, 'openapi')
  const encodePointer = (pointer: string[]) =>
    pointer.map((key) => `/${encodeURIComponent(escaped(key))}`).join('')
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }))
  return {
    document,
    templateOf: (path) =>
      path in document.paths ? path : templates.find(({ pattern }) => pattern.test(path))?.template,
    schemaAt: (pointer) => ajv.getSchema(`openapi#${encodePointer(pointer)}`),
  }
}

/** A key within a JSON pointer. */
const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** A path that is written out comes before one with parameters. */
const operationOf = ({ document: { paths }, templateOf }: Reference, method: string, path: string) => {
  const [asked = ''] = path.split('?')
  const template = templateOf(asked)
  if (template === undefined) return undefined
  const name = method === 'HEAD' ? 'get' : method.toLowerCase()
  const operation = paths[template]?.[name]
  return operation && { operation, pointer: ['paths', template, name] }
}

/** Each validator is used a few times: to make its code short takes three times as long as it saves. */
const validator = () =>
  formats.default(
    new Ajv2020({ strict: false, allErrors: true, inlineRefs: false, code: { optimize: false } }),
  )

const fileSchemas = new Map<string, ValidateFunction>()

const fileSchema = (name: string): ValidateFunction => {
  const file = join(import.meta.dirname, `../../schemas/json/${name}.json`)
  const known = fileSchemas.get(name) ?? validator().compile(JSON.parse(readFileSync(file, 'utf8')))
  fileSchemas.set(name, known)
  return known
}

/** The one of the messages that has this type: to try them all in turn takes long. Undefined if there is none. */
const messageSchema = (type: string): ValidateFunction | undefined => {
  messages ??= readMessages()
  const index = messages.types.indexOf(type)
  return index < 0 ? undefined : messages.ajv.getSchema(`messages#/anyOf/${index}`)
}

let messages: { types: string[]; ajv: Ajv2020 } | undefined

const readMessages = () => {
  const file = join(import.meta.dirname, '../../schemas/json/websocket-message.json')
  const { $id: _address, ...schema }: MessageSchema = parseTrusted(readFileSync(file, 'utf8'))
  const types = schema.anyOf.map(({ properties }) => properties.type.const)
  return { types, ajv: validator().addSchema(schema, 'messages') }
}

interface MessageSchema {
  $id: string
  anyOf: { properties: { type: { const: string } } }[]
}

const valid = (validate: ValidateFunction | undefined, value: unknown, told: string): void => {
  if (validate?.(value)) return
  const wrong = (validate?.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  const text = JSON.stringify(value)?.slice(0, 1000)
  throw new Error(`${told}, not as the reference says: ${wrong.slice(0, 5).join(', ')}\n${text}`)
}
