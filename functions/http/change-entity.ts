import type { EntityKind } from '../../schemas/entities'
import { type Steps, stepsOf } from '../../storage/others-turn'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { checkIfMatch } from './preconditions'
import { type ChangeAnswer, respondChange } from './respond-change'

type Rule = (tx: Transaction) => unknown

/** Changes an entity by a rule, if it is still what the caller read (`If-Match`); answers with it. */
export const changeEntity = (c: RequestContext, kind: EntityKind, id: string, rule: Rule) =>
  respondChange(c, (tx) =>
    ifUnchanged({ c, tx, kind, id, rule, answer: () => ({ entry: tx.entry(kind, id) }) }),
  )

/** Removes an entity by a rule, if it is still what the caller read (`If-Match`). */
export const removeEntity = (c: RequestContext, kind: EntityKind, id: string, rule: Rule) =>
  respondChange(c, (tx) =>
    ifUnchanged({ c, tx, kind, id, rule, answer: () => ({ body: { success: true, id }, id }) }),
  )

interface Change {
  c: RequestContext
  tx: Transaction
  kind: EntityKind
  id: string
  rule: Rule
  /** Of what the rule has made. */
  answer(): ChangeAnswer
}

function* ifUnchanged({ c, tx, kind, id, rule, answer }: Change): Steps<ChangeAnswer> {
  checkIfMatch(c, tx, kind, id)
  yield* stepsOf(rule(tx))
  return answer()
}
