// Values made from the schemas of the reference: such as fit, and such as are wrong in one place.
import fc from 'fast-check'
import type { JsonSchema } from '../../../schemas/json-schema'

type Schemas = Record<string, JsonSchema>
type Values = fc.Arbitrary<unknown>

/** Stands for an id that is known when the request is sent: the so-manieth newest of a kind. */
export const mark = (kind: string): fc.Arbitrary<string> =>
  fc.nat({ max: 12 }).map((place) => `@${kind}/${place}@`)

/** Puts known ids in the place of the marks. */
export const resolveMarks = (text: string, known: (kind: string, place: number) => string): string =>
  text.replace(/@(\w+)\/(\d+)@/g, (_, kind: string, place: string) => known(kind, Number(place)))

/** Values that fit a schema. `name` is that of the property: it tells which ids are meant. */
export const fitting = (schema: JsonSchema, schemas: Schemas, name = ''): Values => {
  const within = (part: JsonSchema, partName = name) => fitting(part, schemas, partName)
  const referred = schemas[schema.$ref?.slice(schema.$ref.lastIndexOf('/') + 1) ?? '']
  const choices = schema.anyOf ?? schema.oneOf
  if (referred) return within(referred)
  if (choices) return fc.oneof(...choices.map((choice) => within(choice)))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => within({ ...schema, type })))
  switch (schema.type) {
    case 'string':
      return texts(schema, name)
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
      return objects(schema, within)
    default:
      return fc.jsonValue({ maxDepth: 3 })
  }
}

const objects = (schema: JsonSchema, within: (part: JsonSchema, name?: string) => Values): Values => {
  const { properties, required = [], additionalProperties } = schema
  if (!properties)
    return fc.dictionary(fc.string(), within(isSchema(additionalProperties) ? additionalProperties : {}), {
      maxKeys: 3,
    })
  const parts: Record<string, Values> = {}
  for (const [name, part] of Object.entries(properties))
    parts[name] = within(isSchema(part) ? part : {}, name)
  return fc.record(parts, { requiredKeys: required })
}

const isSchema = (part: unknown): part is JsonSchema =>
  typeof part === 'object' && part !== null && !Array.isArray(part)

const kindsByName: Record<string, string> = {
  projectId: 'projects',
  taskId: 'tasks',
  taskIds: 'tasks',
  parentId: 'tasks',
  dependencies: 'tasks',
  sessionId: 'sessions',
  sessionIds: 'sessions',
  templateId: 'templates',
}

const texts = ({ format, pattern, minLength = 0, maxLength = 60 }: JsonSchema, name: string): Values => {
  const kind = kindsByName[name]
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
  // A text of nothing but space is blank; the schema cannot say that.
  return pattern === undefined
    ? words.map((text) => (minLength > 0 ? `x${text}`.slice(0, maxLength) : text))
    : fc.stringMatching(new RegExp(pattern))
}

/** Bodies that are wrong somewhere, or no bodies at all, as they are sent. */
export const wrongBody = (schema: JsonSchema, schemas: Schemas): fc.Arbitrary<string> => {
  const names = Object.keys(
    schemas[schema.$ref?.slice(schema.$ref.lastIndexOf('/') + 1) ?? '']?.properties ?? {},
  )
  const name = fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string())
  const damaged = fc
    .tuple(fitting(schema, schemas), name, fc.option(fc.jsonValue({ maxDepth: 4 }), { nil: undefined }))
    .map(([body, key, value]) => {
      const entries = Object.entries(isSchema(body) ? body : {}).filter(([other]) => other !== key)
      return JSON.stringify(Object.fromEntries(value === undefined ? entries : [...entries, [key, value]]))
    })
  return fc.oneof(
    { weight: 12, arbitrary: damaged },
    { weight: 2, arbitrary: fc.json() },
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
