import { apiError, type ErrorCode } from '../schemas/errors'
import type { Documents } from '../storage/documents'
import type { Entry } from '../storage/entry'
import type { Kind } from '../storage/kinds'
import { answerEntity } from './answers'
import type { Call } from './env'

/** The `:id` of the path: an id of nothing is as good as none. */
export const idOf = (c: Call): string => c.req.param('id') ?? ''

/** Answers with the entity that the path names, once it is durable; while nothing is written, at once. */
export const answerStored = (c: Call, kind: Kind, missing: ErrorCode): Response | Promise<Response> =>
  c.env.workspace.read((documents) => answerEntity(c, find(c, documents, kind, missing)))

/** The entity that the path names, once it is durable; else the error. */
export const storedEntity = async <K extends Kind>(c: Call, kind: K, missing: ErrorCode): Promise<Entry<K>> =>
  c.env.workspace.read((documents) => find(c, documents, kind, missing))

const find = <K extends Kind>(c: Call, documents: Documents, kind: K, missing: ErrorCode): Entry<K> => {
  const entry = documents.get(kind, idOf(c))
  if (!entry) throw apiError(missing)
  return entry
}
