import { apiError } from '../../schemas/errors'
import type { Kind } from '../../storage/kinds'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { matchesEtag } from './respond'

/**
 * Optimistic concurrency: refuses a change of an entity that is no longer what the caller read (`If-Match`). To be
 * called within the change, so that nothing can come in between; without the header nothing is checked.
 */
export const checkIfMatch = (c: RequestContext, tx: Transaction, kind: Kind, id: string): void => {
  const tags = c.req.header('If-Match')
  if (tags === undefined || !tx.has(kind, id)) return
  const { etag } = tx.entry(kind, id)
  if (!matchesEtag(tags, etag)) throw apiError('PRECONDITION_FAILED', undefined, { etag })
}
