// Values made from the schemas of the reference: such as fit, and such as are wrong in one place.
import fc from 'fast-check'
import type { JsonSchema } from '../../../schemas/json-schema'

type Schemas = Record<string, JsonSchema>
type Values = fc.Arbitrary<unknown>

/** Stands for what is known when the request is sent, such as the so-manieth newest id of a kind. */
export const mark = (kind: string): fc.Arbitrary<string> =>
  fc.nat({ max: 12 }).map((place) => `@${kind}/${place}@`)

/** Puts what is known in the place of the marks. */
export const resolveMarks = (text: string, known: (kind: string, place: number) => string): string =>
  text.replace(/@(\w+)\/(\d+)@/g, (_, kind: string, place: string) => known(kind, Number(place)))

/** Which ids are meant, told by an example: `task` by `task_1738713700000_p9q2r5t8w`. Undefined: none. */
export const kindIn = ({ examples = [] }: JsonSchema): string | undefined => {
  const [, kind] = /^([a-z]+)_\d{13}_[0-9a-z]{9}$/.exec(String([examples[0]].flat()[0])) ?? []
  return kind
}

/** Values that fit a schema. `known`: which ids are meant, where a schema around this one says so. */
export const fitting = (schema: JsonSchema, schemas: Schemas, known?: string): Values => {
  const kind = kindIn(schema) ?? known
  const within = (part: JsonSchema) => fitting(part, schemas, kind)
  const referred = referredBy(schema, schemas)
  const choices = schema.anyOf ?? schema.oneOf
  if (referred) return within(referred)
  if (choices) return fc.oneof(...choices.map(within))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => within({ ...schema, type })))
  switch (schema.type) {
    case 'string':
      return texts(schema, kind)
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1e15, max: schema.maximum ?? 1e15 })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(within(isSchema(schema.items) ? schema.items : {}), { maxLength: 4 })
    case 'object':
      return objects(schema, schemas)
    default:
      return anyValue(3)
  }
}

/** The schema that another is only a reference to. */
export const referredBy = ({ $ref = '' }: JsonSchema, schemas: Schemas): JsonSchema | undefined =>
  schemas[$ref.slice($ref.lastIndexOf('/') + 1)]

const objects = (
  { properties, required = [], additionalProperties }: JsonSchema,
  schemas: Schemas,
): Values => {
  const partOf = (part: unknown) => fitting(isSchema(part) ? part : {}, schemas)
  if (!properties) return fc.dictionary(fc.string(), partOf(additionalProperties), { maxKeys: 3 })
  const parts = Object.entries(properties).map(([name, part]) => [name, partOf(part)])
  return fc.record<Record<string, Values>>(Object.fromEntries(parts), { requiredKeys: required })
}

/** Any JSON whose integers a double holds exactly: others are refused, which no schema says. */
const anyValue = (maxDepth: number): Values => fc.jsonValue({ maxDepth }).map(withSafeIntegers)

const withSafeIntegers = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isInteger(value) ? value % 2 ** 53 : value
  if (Array.isArray(value)) return value.map(withSafeIntegers)
  return isSchema(value)
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withSafeIntegers(part)]))
    : value
}

/** Whether a part of a schema is one itself, and not just true or a list. */
export const isSchema = (part: unknown): part is JsonSchema =>
  typeof part === 'object' && part !== null && !Array.isArray(part)

const texts = (
  { format, pattern, minLength = 0, maxLength = 60 }: JsonSchema,
  kind: string | undefined,
): Values => {
  const words = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) })
  if (kind)
    return fc.oneof(
      { weight: 24, arbitrary: mark(kind) },
      { weight: 1, arbitrary: mark('gone') },
      { weight: 1, arbitrary: words },
    )
  if (format === 'date')
    return fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10))
  if (pattern !== undefined && pattern !== notBlank) return fc.stringMatching(new RegExp(pattern))
  const isOptional = minLength === 0 && pattern === undefined
  return fc.oneof(
    isOptional ? words : words.map((text) => `x${text}`.slice(0, maxLength)),
    fc.tuple(words, mark('tag')).map(([text, tag]) => `${tag}${text}`.slice(0, maxLength)),
  )
}

const notBlank = '\\S'

/** Bodies that are wrong somewhere, or no bodies at all, as they are sent. */
export const wrongBody = (schema: JsonSchema, schemas: Schemas): fc.Arbitrary<string> => {
  const damaged = withOneValue(schema, schemas, anyValue(4))
  return fc.oneof(
    { weight: 12, arbitrary: damaged },
    { weight: 2, arbitrary: anyValue(3).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: damaged.map((text) => text.slice(0, -1)) },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 3000 })
        .map((depth) => `{"metadata":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    },
  )
}

/** Bodies that fit, but for one property, known or not, that is another value or is not there. */
export const withOneValue = (schema: JsonSchema, schemas: Schemas, values: Values): fc.Arbitrary<string> => {
  const names = Object.keys((referredBy(schema, schemas) ?? schema).properties ?? {})
  const name = fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string())
  return fc
    .tuple(fitting(schema, schemas), name, fc.option(values, { nil: undefined }))
    .map(([body, key, value]) => {
      const entries = Object.entries(isSchema(body) ? body : {}).filter(([other]) => other !== key)
      return JSON.stringify(Object.fromEntries(value === undefined ? entries : [...entries, [key, value]]))
    })
}
