import type { Kind } from '../../storage/kinds'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { checkIfMatch } from './preconditions'
import { respondDeleted, respondEntity } from './respond'

/** Changes an entity by a rule, if it is still what the caller read (`If-Match`); answers with it. */
export const changeEntity = async (
  c: RequestContext,
  kind: Kind,
  id: string,
  rule: (tx: Transaction) => void,
): Promise<Response> => {
  const entry = await c.env.workspace.change((tx) => {
    checkIfMatch(c, tx, kind, id)
    rule(tx)
    return tx.entry(kind, id)
  })
  return respondEntity(c, entry)
}

/** Removes an entity by a rule, if it is still what the caller read (`If-Match`). */
export const removeEntity = async (
  c: RequestContext,
  kind: Kind,
  id: string,
  rule: (tx: Transaction) => void,
): Promise<Response> => {
  await c.env.workspace.change((tx) => {
    checkIfMatch(c, tx, kind, id)
    rule(tx)
  })
  return respondDeleted(c, id)
}
