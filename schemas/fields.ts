import * as z from 'zod'

/**
 * The building blocks of the entity and request schemas.
 *
 * Requests are read leniently where no meaning is lost: text is trimmed, duplicate ids collapse, `null` for
 * an optional field of a create counts as absent, fields that are not in a schema are dropped.
 */

/** Unix time in milliseconds. */
export const timestamp = (what: string) =>
  z
    .int()
    .min(0)
    .meta({ description: `${what}, in Unix milliseconds`, examples: [1738713700000] })

/** Unix time in milliseconds, or null as long as it has not come. */
export const timestampOrNull = (what: string) =>
  z
    .int()
    .min(0)
    .nullable()
    .meta({ description: `${what}, in Unix milliseconds; else null`, examples: [1738713700000] })

/** A count: 0 or more. */
export const count = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [example] })

/** A required text: trimmed, at least one character, at most `max` of them (UTF-16 units) where one is given. */
export const requiredText = (max?: number) => {
  const text = z.string().trim().min(1)
  return max === undefined ? text : text.max(max)
}

/** An id in a request. Whether it exists is checked by the rules. */
export const reference = () => z.string().min(1)

/** Any text of an entity, empty if it has none. */
export const anyText = () => z.string()

const encoder = new TextEncoder()

/** A text that is kept as it is, of at most so many bytes in UTF-8. */
export const textOfBytes = (maxBytes: number) =>
  z
    .string()
    .refine((text) => text.length <= maxBytes && encoder.encode(text).length <= maxBytes, {
      error: ({ path }) => `${path?.join('.')} must be at most ${maxBytes} bytes of UTF-8`,
    })
    .meta({ maxLength: maxBytes })

/** What a schema takes besides what its type says; the published JSON Schemas carry it. */
export const leniency = z.registry<Leniency>()

interface Leniency {
  nullIsAbsent?: boolean
  legacyValues?: readonly string[]
}

const lenient = <T extends z.core.$ZodType>(schema: T, what: Leniency): T => {
  leniency.add(schema, what)
  return schema
}

/** An optional field of a create: `null` says the same as leaving it out. */
export const optionalOnCreate = <T extends z.ZodType>(schema: T) =>
  lenient(
    z.preprocess((value) => value ?? undefined, schema.optional()),
    { nullIsAbsent: true },
  )

/** An optional field of an update: absent keeps the value, `null` clears it. */
export const clearable = <T extends z.ZodType>(schema: T) => schema.nullable().optional()

/** Accepts values of earlier versions; `legacyValues` maps each to its value in this version. */
export const acceptLegacyValues = <T extends z.ZodType>(legacyValues: Record<string, string>, schema: T) =>
  lenient(
    z.preprocess(
      (value) =>
        typeof value === 'string' && Object.hasOwn(legacyValues, value) ? legacyValues[value] : value,
      schema,
    ),
    { ...leniency.get(schema), legacyValues: Object.keys(legacyValues) },
  )

/** Rewrites a request body before its schema parses it; what is not an object is left for the schema to refuse. */
export const rewritingBody = <T extends z.ZodType>(
  rewrite: (body: Record<string, unknown>) => Record<string, unknown>,
  schema: T,
) => z.preprocess((body) => (isObject(body) ? rewrite(body) : body), schema)

/** Whether a JSON value is an object: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
