import { apiError, type ErrorCode } from '../../schemas/errors'
import type { Documents } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import type { Kind } from '../../storage/kinds'
import type { RequestContext } from '../services/app-services'
import { respondEntity } from './respond'

/** The `:id` of the path: an id of nothing is as good as none. */
export const idOf = (c: RequestContext): string => c.req.param('id') ?? ''

/** Answers with the entity that the path names, once it is durable; while nothing is written, at once. */
export const respondStored = (
  c: RequestContext,
  kind: Kind,
  missing: ErrorCode,
): Response | Promise<Response> =>
  c.env.workspace.read((documents) => respondEntity(c, find(c, documents, kind, missing)))

/** The entity that the path names, once it is durable; else the error. */
export const storedEntity = async <K extends Kind>(
  c: RequestContext,
  kind: K,
  missing: ErrorCode,
): Promise<Entry<K>> => c.env.workspace.read((documents) => find(c, documents, kind, missing))

const find = <K extends Kind>(
  c: RequestContext,
  documents: Documents,
  kind: K,
  missing: ErrorCode,
): Entry<K> => {
  const entry = documents.get(kind, idOf(c))
  if (!entry) throw apiError(missing)
  return entry
}
