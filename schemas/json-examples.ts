import type * as z from 'zod'

type JsonSchema = z.core.JSONSchema.JSONSchema

/** Finds the schema that a reference means. */
type Resolve = (ref: string) => JsonSchema | undefined

/** Gives a schema, and every property within it, an example, made of those of its parts where it has none. */
export const addExamples = (schema: JsonSchema, resolve: Resolve): void => {
  for (const part of partsOf(schema)) addExamples(part, resolve)
  for (const property of Object.values(schema.properties ?? {}))
    if (typeof property === 'object') property.examples ??= [exampleOf(property, resolve)]
}

/** An example of what a schema describes: its own, or one made of those of its parts. */
export const exampleOf = (schema: JsonSchema, resolve: Resolve): unknown => {
  const [own] = schema.examples ?? []
  if (own !== undefined) return own
  const referred = schema.$ref === undefined ? undefined : resolve(schema.$ref)
  if (referred) return exampleOf(referred, resolve)
  const [choice] = schema.oneOf ?? schema.anyOf ?? []
  if (choice) return exampleOf(choice, resolve)
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [
        name,
        typeof property === 'object' ? exampleOf(property, resolve) : null,
      ]),
    )
  return itemsOf(schema).map((items) => exampleOf(items, resolve))
}

/** The schemas directly within a schema. */
export const partsOf = (schema: JsonSchema): JsonSchema[] => [
  ...Object.values(schema.properties ?? {}).filter((property) => typeof property === 'object'),
  ...itemsOf(schema),
  ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ...(schema.anyOf ?? []),
  ...(schema.oneOf ?? []),
  ...(schema.allOf ?? []),
]

const itemsOf = ({ items }: JsonSchema): JsonSchema[] =>
  typeof items === 'object' && !Array.isArray(items) ? [items] : []
