import { type EntityKind, idNameOf } from '../../schemas/entities'
import { apiError, type ErrorCode } from '../../schemas/errors'
import type { QueueState } from '../../schemas/queue'
import type { Documents } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import { readerOf } from '../../storage/rules/find'
import { findQueue } from '../../storage/rules/queues'
import type { RequestContext } from '../services/app-services'
import { respondWhole } from './respond'

/** Answers with an entity, once it is durable; while nothing is being written, at once. Else the error `missing`. */
export const respondStored = (
  c: RequestContext,
  kind: EntityKind,
  id: string,
  missing: ErrorCode,
  message?: string,
): Response | Promise<Response> => {
  const found = c.env.workspace.read((documents) => find(documents, kind, id, missing, message))
  return found instanceof Promise ? found.then((entry) => respondWhole(c, entry)) : respondWhole(c, found)
}

/** An entity, once it is durable; else the error `missing`. */
export const storedEntity = async <K extends EntityKind>(
  c: RequestContext,
  kind: K,
  id: string,
  missing: ErrorCode,
  message?: string,
): Promise<Entry<K>> => c.env.workspace.read((documents) => find(documents, kind, id, missing, message))

/** The queue of a session, once it is durable; else the error of the contract. */
export const storedQueue = async (c: RequestContext, sessionId: string): Promise<QueueState> =>
  c.env.workspace.read((documents) => findQueue(readerOf(documents), sessionId))

const find = <K extends EntityKind>(
  documents: Documents,
  kind: K,
  id: string,
  missing: ErrorCode,
  message?: string,
): Entry<K> => {
  const entry = documents.get(kind, id)
  if (!entry) throw apiError(missing, message, { [idNameOf(kind)]: id })
  return entry
}
