/** The zod schemas as JSON Schema (draft 2020-12), for the API reference and for `schemas/json/`. */
import * as z from 'zod'
import { leniency } from './fields'
import { addExamples } from './json-examples'

export type JsonSchema = z.core.JSONSchema.JSONSchema

/** Schemas that were converted together. */
export interface Converted {
  /** Those that have a title, by it: the ones asked for and the ones within them. */
  named: Record<string, JsonSchema>
  /** A schema that was asked for: a reference if it has a title, else the whole of it. */
  of(schema: z.ZodType): JsonSchema
}

/**
 * Converts schemas, with an example on every property. A schema with a title stands once, and is referred to by
 * `prefix` and that title. Throws if two schemas have one title.
 *
 * @param side `input`: what a request may send; `output`: what is answered.
 */
export const toJsonSchemas = (
  schemas: readonly z.ZodType[],
  side: 'input' | 'output',
  prefix: string,
): Converted => {
  const registry = z.registry<{ id: string }>()
  const titles = new Set<string>()
  for (const part of titledPartsOf(schemas, side)) {
    const title = titleOf(part) ?? ''
    if (titles.has(title)) throw new Error(`Two schemas have the title ${title}`)
    titles.add(title)
    registry.add(part, { id: title })
  }
  const ids = new Map(schemas.map((schema, index) => [schema, titleOf(schema) ?? `#${index}`]))
  for (const [schema, id] of ids) if (!titles.has(id)) registry.add(schema, { id })
  const all = z.toJSONSchema(registry, { io: side, uri: (id) => prefix + id, override: tidy(side) }).schemas
  for (const schema of Object.values(all)) {
    delete schema.$id
    delete schema.$schema
  }
  for (const schema of Object.values(all)) addExamples(schema, (ref) => all[ref.slice(prefix.length)])
  return {
    named: Object.fromEntries(Object.entries(all).filter(([id]) => titles.has(id))),
    of(schema) {
      const id = ids.get(schema) ?? ''
      const { [id]: converted } = all
      if (!converted) throw new Error(`${id || 'A schema'} was not converted`)
      return titles.has(id) ? { $ref: prefix + id } : converted
    },
  }
}

/** A title is a schema's own, unless it is only that of the schema which it describes anew. */
const titleOf = (schema: z.core.$ZodType): string | undefined => {
  const title = z.globalRegistry.get(schema)?.title
  const parent = schema._zod.parent
  return parent && z.globalRegistry.get(parent)?.title === title ? undefined : title
}

/** A conversion whose result is not used: its `override` is called with every schema within the others. */
const titledPartsOf = (schemas: readonly z.ZodType[], io: 'input' | 'output'): Set<z.core.$ZodType> => {
  const parts = new Set<z.core.$ZodType>()
  const collect = (part: z.core.$ZodType) => void (titleOf(part) !== undefined && parts.add(part))
  z.toJSONSchema(z.union(schemas), { io, override: ({ zodSchema }) => collect(zodSchema) })
  return parts
}

/** Leaves out what says nothing, says what else is taken, and puts back the examples that zod drops where a request is read leniently. */
const tidy =
  (io: 'input' | 'output') =>
  ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }) => {
    const examples = z.globalRegistry.get(zodSchema)?.examples
    if (Array.isArray(examples)) jsonSchema.examples ??= examples
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    if (isTrimmed(zodSchema) && jsonSchema.minLength === 1) jsonSchema.pattern ??= notBlank
    if (jsonSchema.type === 'object') delete jsonSchema.propertyNames
    const { nullIsAbsent, legacyValues = [] } = (io === 'input' && leniency.get(zodSchema)) || {}
    // What may be null as well has its words one level deeper.
    for (const part of [jsonSchema, ...(jsonSchema.anyOf ?? [])])
      if (part.enum) part.enum = [...new Set([...part.enum, ...legacyValues])]
    if (nullIsAbsent) allowNull(jsonSchema)
  }

/** What a text must match of which something is to be left when it is trimmed. */
const notBlank = '\\S'

const isTrimmed = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodString &&
  (schema.def.checks ?? []).some(({ _zod }) => _zod.def.check === 'overwrite')

/** Makes a schema take `null` as well. */
const allowNull = (schema: JsonSchema) => {
  if (schema.anyOf?.some(({ type }) => type === 'null')) return
  const { description, examples, title, deprecated, ...type } = schema
  for (const key of Object.keys(type)) Reflect.deleteProperty(schema, key)
  schema.anyOf = [type, { type: 'null' }]
}
