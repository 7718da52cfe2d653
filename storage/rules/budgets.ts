/** What a session has spawned works on its budget: it is taken from it, and what is left comes back. */
import { apiError } from '../../schemas/errors'
import type { Session } from '../../schemas/session'
import type { Transaction } from '../transaction'
import { findSession, type SessionHead } from './find'
import { isLiving } from './living'

type Budget = NonNullable<Session['budget']>
type Amounts = Pick<Budget, 'minutes' | 'costUsd'>

const parts = ['minutes', 'costUsd'] as const
const msPerMinute = 60_000

/** What is left of a session's budget, in each part that it has; undefined if it has none. */
const budgetLeft = (session: SessionHead, now: number): Amounts | undefined => {
  const { budget } = session
  if (!budget) return undefined
  const used = usedBy(session, now)
  return eachPart((part) =>
    budget[part] === undefined ? undefined : Math.max(0, rounded(part, budget[part] - used[part])),
  )
}

/** Its minutes are those of the clock since its run began; what it cost is what its driver says. */
const usedBy = ({ run, startedAt, completedAt, usage }: SessionHead, now: number) => ({
  // A clock that is put back gives nobody more.
  minutes: Math.max(0, (completedAt ?? now) - (run ?? startedAt)) / msPerMinute,
  costUsd: usage?.costUsd ?? 0,
})

/** To a tenth of a minute, and the millionth of a dollar. */
const rounded = (part: keyof Amounts, amount: number): number => {
  const steps = part === 'minutes' ? 10 : 1e6
  return Math.round(amount * steps) / steps
}

const eachPart = (amountOf: (part: keyof Amounts) => number | undefined): Amounts => {
  const amounts: Amounts = {}
  for (const part of parts) {
    const amount = amountOf(part)
    if (amount !== undefined) amounts[part] = amount
  }
  return amounts
}

/**
 * The budget of a session that another one has spawned: what is asked for, at most what is left, and all of that where
 * nothing is asked. What is lowered is said in `warnings`. Throws `INVALID_STATE` where nothing is left.
 */
export const sharedBudget = (
  parent: SessionHead,
  now: number,
  asked: Amounts | undefined,
): { budget: Budget | undefined; warnings: string[] } => {
  const left = budgetLeft(parent, now)
  if (!left) return { budget: asked, warnings: [] }
  const warnings: string[] = []
  const amounts = eachPart((part) => {
    const most = left[part]
    const given = asked?.[part]
    if (most === undefined) return given
    if (most === 0)
      throw apiError('INVALID_STATE', `Nothing is left of the budget of session ${parent.id} (${part})`, {
        sessionId: parent.id,
        left,
      })
    if (given === undefined || given <= most) return given ?? most
    warnings.push(`budget.${part} is ${most}, not ${given}: no more is left of that of session ${parent.id}`)
    return most
  })
  return { budget: { ...amounts, takenFrom: parent.id }, warnings }
}

/** Takes a new session's budget from the one that it is taken from. Throws `INVALID_STATE` if it is gone meanwhile. */
export const takeBudget = (tx: Transaction, budget: Budget | undefined): void => {
  if (budget?.takenFrom === undefined) return
  const parent = findSession(tx, budget.takenFrom)
  const left = budgetLeft(parent, tx.now) ?? {}
  for (const part of parts)
    if ((budget[part] ?? 0) > (left[part] ?? Number.POSITIVE_INFINITY) + tolerance[part])
      throw apiError('INVALID_STATE', `Another spawn has taken what was left of the budget of ${parent.id}`, {
        sessionId: parent.id,
        left,
      })
  changeBudget(tx, parent, (part) => -(budget[part] ?? 0))
}

/** A minute's tenth may pass between plan and spawn. */
const tolerance: Record<keyof Amounts, number> = { minutes: 0.2, costUsd: 0 }

/** Gives what is left of a session's budget back when it ends; it keeps what it has used. */
export const giveBudgetBack = (tx: Transaction, id: string): void => {
  const session = findSession(tx, id)
  const left = returnBudget(tx, session)
  if (left) changeBudget(tx, session, (part) => -(left[part] ?? 0))
}

/** Gives it to whom it was taken from, or who lives above that, and says what it was; undefined if nobody gets it. */
export const returnBudget = (tx: Transaction, session: SessionHead): Amounts | undefined => {
  const left = budgetLeft(session, tx.now)
  const receiver = left && receiverOf(tx, session)
  if (!receiver) return undefined
  changeBudget(tx, receiver, (part) => left[part] ?? 0)
  return left
}

const receiverOf = (tx: Transaction, { id, budget }: SessionHead): SessionHead | undefined => {
  const seen = new Set([id])
  let from = budget?.takenFrom
  let receiver: SessionHead | undefined
  while (from !== undefined && !seen.has(from)) {
    seen.add(from)
    receiver = tx.get('sessions', from)
    if (!receiver?.budget || isLiving(receiver)) break
    from = receiver.budget.takenFrom
  }
  return receiver?.budget && isLiving(receiver) ? receiver : undefined
}

/** Only the parts that a budget has. */
const changeBudget = (tx: Transaction, session: SessionHead, by: (part: keyof Amounts) => number): void => {
  const { budget } = session
  if (!budget) return
  const amounts = eachPart((part) =>
    budget[part] === undefined ? undefined : Math.max(0, rounded(part, budget[part] + by(part))),
  )
  tx.put('sessions', { ...session, budget: { ...budget, ...amounts } })
  tx.emitState('session:updated', session.id)
}
