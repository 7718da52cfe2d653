import type { EntityKind } from '../../schemas/entities'
import { type Steps, stepsOf } from '../../storage/others-turn'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { checkIfMatch } from './preconditions'
import { type ChangeAnswer, respondChange } from './respond-change'

/** Changes an entity by a rule, if it is still what the caller read (`If-Match`); answers with it. */
export const changeEntity = (
  c: RequestContext,
  kind: EntityKind,
  id: string,
  rule: (tx: Transaction) => unknown,
): Promise<Response> => respondChange(c, (tx) => changed(c, kind, id, rule, tx))

function* changed(
  c: RequestContext,
  kind: EntityKind,
  id: string,
  rule: (tx: Transaction) => unknown,
  tx: Transaction,
): Steps<ChangeAnswer> {
  checkIfMatch(c, tx, kind, id)
  yield* stepsOf(rule(tx))
  return { entry: tx.entry(kind, id) }
}

/** Removes an entity by a rule, if it is still what the caller read (`If-Match`). */
export const removeEntity = (
  c: RequestContext,
  kind: EntityKind,
  id: string,
  rule: (tx: Transaction) => unknown,
): Promise<Response> => respondChange(c, (tx) => removed(c, kind, id, rule, tx))

function* removed(
  c: RequestContext,
  kind: EntityKind,
  id: string,
  rule: (tx: Transaction) => unknown,
  tx: Transaction,
): Steps<ChangeAnswer> {
  checkIfMatch(c, tx, kind, id)
  yield* stepsOf(rule(tx))
  return { body: { success: true, id }, id }
}
