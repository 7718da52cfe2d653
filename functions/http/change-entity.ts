import type { Kind } from '../../storage/kinds'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { checkIfMatch } from './preconditions'
import { respondDeleted, respondEntity } from './respond'
import { idOf } from './stored-entity'

/** A rule that changes the entity of this id. */
type ChangeOf = (tx: Transaction, id: string) => void

/** Changes the entity that the path names, if it is still what the caller read (`If-Match`); answers with it. */
export const changeEntity = async (c: RequestContext, kind: Kind, rule: ChangeOf): Promise<Response> => {
  const entry = await c.env.workspace.change((tx) => {
    checkedChange(c, tx, kind, rule)
    return tx.entry(kind, idOf(c))
  })
  return respondEntity(c, entry)
}

/** Removes the entity that the path names, if it is still what the caller read. */
export const removeEntity = async (c: RequestContext, kind: Kind, rule: ChangeOf): Promise<Response> => {
  await c.env.workspace.change((tx) => checkedChange(c, tx, kind, rule))
  return respondDeleted(c, idOf(c))
}

const checkedChange = (c: RequestContext, tx: Transaction, kind: Kind, rule: ChangeOf) => {
  checkIfMatch(c, tx, kind, idOf(c))
  rule(tx, idOf(c))
}
