import { html, raw } from 'hono/html'
import type { JsonSchema } from '../../schemas/json-schema'

/** A piece of the page. */
export type Piece = ReturnType<typeof html>

/** What a schema says of a value, as one reads it: `Task[]`, `"low" | "high"`, `integer ≥ 0`. */
export const typeText = (schema: JsonSchema): Piece => {
  const { $ref, items, enum: words } = schema
  if ($ref !== undefined) return html`<a href="#${titleIn($ref)}">${titleIn($ref)}</a>`
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return joined(choices.map(typeText), ' | ')
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`
  if (words) return html`${words.map((word) => JSON.stringify(word)).join(' | ')}`
  if (schema.type === 'array' && typeof items === 'object' && !Array.isArray(items))
    return html`${typeText(items)}[]`
  const { additionalProperties: values } = schema
  if (schema.type === 'object' && typeof values === 'object' && values.type !== undefined)
    return html`{ [name]: ${typeText(values)} }`
  return html`${[schema.type ?? 'any JSON'].flat().join(' | ')}`
}

const limits = ({ minimum, maximum, maxLength, format, pattern }: JsonSchema): string => {
  const facts = [
    format,
    pattern && `like ${pattern}`,
    minimum !== undefined && `≥ ${minimum}`,
    maximum !== undefined && `≤ ${maximum}`,
    maxLength !== undefined && `up to ${maxLength} characters`,
  ].filter(Boolean)
  return facts.length > 0 ? `, ${facts.join(', ')}` : ''
}

/** The properties of an object, and of the objects within it, as a table. */
export const propertyTable = (schema: JsonSchema): Piece => html`<table>${rowsOf(schema, '')}</table>`

const rowsOf = (schema: JsonSchema, path: string): Piece[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property !== 'object') return []
    const isRequired = schema.required?.includes(name) ?? false
    const within = property.items && typeof property.items === 'object' ? property.items : property
    return [
      rowOf(`${path}${name}`, isRequired, property),
      ...(Array.isArray(within) ? [] : rowsOf(within, `${path}${name}.`)),
    ]
  })

/** A row of a table of properties or parameters. */
export const rowOf = (name: string, isRequired: boolean, schema: JsonSchema): Piece =>
  html`<tr><td>${name}${isRequired ? html`<b>*</b>` : ''}</td><td>${typeText(schema)}${limits(schema)}</td><td>${schema.description ?? ''}</td></tr>`

export const titleIn = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

/** JSON as people read it. */
export const jsonBlock = (value: unknown): Piece =>
  html`<pre>${raw(JSON.stringify(value, null, 2).replaceAll('&', '&amp;').replaceAll('<', '&lt;'))}</pre>`

const joined = (pieces: readonly Piece[], separator: string): Piece =>
  html`${pieces.map((piece, index) => (index === 0 ? piece : html`${separator}${piece}`))}`
