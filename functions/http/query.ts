import type * as z from 'zod'
import { parseDescribed, problemsOf, validationError } from '../../schemas/problems'
import type { RequestContext } from '../services/app-services'

/** Query parameters by name, each of them optional. */
export type QuerySchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>

/** Reads the query parameters that a schema names. Throws `VALIDATION_ERROR` with every problem there is. */
export const queryReader = (
  schema: QuerySchema | undefined,
  repeatable: readonly string[] = [],
): ((c: RequestContext) => unknown) => {
  if (!schema) return () => undefined
  const names = Object.keys(schema.shape)
  const ofNone = schema.parse({})

  const textOf = (c: RequestContext, name: string) =>
    repeatable.includes(name) ? c.req.queries(name)?.join() : c.req.query(name)

  return (c) => {
    if (!c.req.url.includes('?')) return ofNone
    const given: Record<string, string | undefined> = {}
    for (const name of names) given[name] = textOf(c, name)
    const parsed = parseDescribed(schema, given)
    if (!parsed.success) throw validationError(problemsOf(parsed.error))
    return parsed.data
  }
}
