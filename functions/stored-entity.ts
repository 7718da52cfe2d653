import { apiError, type ErrorCode } from '../schemas/errors'
import type { Entry } from '../storage/entry'
import type { Kind } from '../storage/kinds'
import type { Call } from './env'

/** The `:id` of the path: an id of nothing is as good as none. */
export const idOf = (c: Call): string => c.req.param('id') ?? ''

/** The entity that the path names, once it is durable; else the error. */
export const storedEntity = async <K extends Kind>(
  c: Call,
  kind: K,
  missing: ErrorCode,
): Promise<Entry<K>> => {
  const entry = await c.env.workspace.read((documents) => documents.get(kind, idOf(c)))
  if (!entry) throw apiError(missing)
  return entry
}
