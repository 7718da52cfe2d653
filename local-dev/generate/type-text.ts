import type { JsonSchema } from '../../schemas/json-schema'

/** Finds the schema that a reference means. */
type Resolve = (ref: string) => JsonSchema | undefined

/** A JSON Schema as the text of a TypeScript type. */
export const typeTextOf = (schema: JsonSchema, resolve: Resolve): string => {
  const within = (part: unknown) => (isSchema(part) ? typeTextOf(part, resolve) : 'unknown')
  const referred = schema.$ref === undefined ? undefined : resolve(schema.$ref)
  if (referred) return within(referred)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(within).join(' | ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => within({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `(${within(schema.items)})[]`
    case 'object':
      return objectText(schema, within)
    default:
      return 'unknown'
  }
}

const objectText = (
  { properties, required = [], additionalProperties }: JsonSchema,
  within: (part: unknown) => string,
): string => {
  if (!properties) return `Record<string, ${within(additionalProperties)}>`
  const fields = Object.entries(properties).map(([name, part]) =>
    required.includes(name) ? `${name}: ${within(part)}` : `${name}?: ${within(part)} | undefined`,
  )
  return `{ ${fields.join('; ')} }`
}

const isSchema = (part: unknown): part is JsonSchema =>
  typeof part === 'object' && part !== null && !Array.isArray(part)
