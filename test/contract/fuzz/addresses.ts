// Addresses and headers made from the reference: right ones, and such as a server stumbles over.
import fc from 'fast-check'
import type { OpenApiDocument, Parameter } from '../../../functions/openapi/openapi-types'
import { oddText } from './hostile'
import { fitting, kindIn, mark } from './values'

/** Kinds of ids by the names of what they are in: `task` by `taskId`. */
export type Kinds = ReadonlyMap<string, string>

/** `taskId` means tasks, by its examples wherever it stands: where it has none, its name tells. */
export const kindsByName = ({ components: { schemas } }: OpenApiDocument): Kinds => {
  const kinds = new Map<string, string>()
  for (const { properties = {} } of Object.values(schemas))
    for (const [name, part] of Object.entries(properties)) {
      const kind = typeof part === 'object' ? kindIn(part) : undefined
      if (kind && name !== 'id') kinds.set(name, kind)
    }
  return kinds
}

/** Mostly with ids that are known, of the kind that belongs there or of another. */
export const pathOf = (path: string, parameters: Parameter[], kinds: Kinds): fc.Arbitrary<string> => {
  const words = path.split('/').map((word) => {
    const parameter = parameters.find(({ name }) => word === `{${name}}`)
    if (!parameter) return fc.constant(word)
    return fc.oneof(
      { weight: 20, arbitrary: rightValue(parameter, kindIn(parameter.schema)) },
      { weight: 1, arbitrary: idOf(kinds) },
      { weight: 1, arbitrary: segment },
    )
  })
  return fc.tuple(...words).map((parts) => parts.join('/'))
}

/** A value that is right in an address. */
const rightValue = ({ schema }: Parameter, kind: string | undefined): fc.Arbitrary<string> => {
  if (kind) return mark(kind)
  const examples = schema.examples?.map(String) ?? []
  if (examples.length > 0 && !schema.enum) return fc.constantFrom(...examples).map(encodeURIComponent)
  return fitting(schema, {}).map((value) => encodeURIComponent(String(value)))
}

const idOf = (kinds: Kinds) => fc.constantFrom('gone', ...kinds.values()).chain(mark)

/** An address of more than 16 KiB is no HTTP any more. */
const shortText = oddText.map((text) => [...text].slice(0, 40).join(''))

/** A piece of a path that is not empty, and that fetch does not resolve as `.` and `..`. */
const segment = fc.oneof(
  fc
    .oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), shortText)
    .filter((text) => !/^\.{1,2}$/.test(text))
    .map(encodeURIComponent),
  fc.constantFrom('%00', '%', '%zz', '%E0%A4', '%2e%2e%2f', '%252e', 'a%0d%0ab', '%C0%AF', '-rf', '~'),
)

export const queryOf = (parameters: Parameter[], kinds: Kinds): fc.Arbitrary<string> => {
  const right = parameters.map((parameter) =>
    rightValue(parameter, kinds.get(parameter.name)).map((value) => `${parameter.name}=${value}`),
  )
  const name = fc.oneof(segment, ...parameters.map((parameter) => fc.constant(parameter.name)))
  const value = fc.oneof(
    fc.constantFrom('', 'null', 'true', 'pending', 'running', '1e400', '-0', '9007199254740993', 'NaN'),
    idOf(kinds),
    mark('cursors'),
    segment,
  )
  const odd = fc.tuple(name, value).map(([key, text]) => `${key}=${text}`)
  const pair = fc.oneof(
    { weight: 1, arbitrary: odd },
    ...right.map((arbitrary) => ({ weight: 1, arbitrary })),
  )
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''))
}

const visible = fc.stringMatching(/^[!-~]{1,20}$/)
const encodings = fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'zstd', 'nonsense')
const types = fc.constantFrom(
  ...['application/json; charset=utf-16', 'text/plain', 'nonsense', 'application/x-www-form-urlencoded'],
  ...['multipart/form-data; boundary=x', 'application/json', 'application/cbor'],
)

export const headersOf = (parameters: Parameter[]): fc.Arbitrary<Record<string, string>> => {
  const tag = fc.oneof(mark('etags'), fc.constant('*'), visible)
  const own = Object.fromEntries(parameters.map(({ name }) => [name.toLowerCase(), tag]))
  const all = { ...own, 'x-request-id': visible, 'content-type': types, 'content-encoding': encodings }
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record(all, { requiredKeys: [] }).map(withoutNone) },
  )
}

const withoutNone = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
