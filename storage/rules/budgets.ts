/** What a session has spawned works on its budget: it is taken from it, what is left comes back, and what it cost beyond is taken too. */
import { apiError } from '../../schemas/errors'
import type { Session } from '../../schemas/session'
import type { Transaction } from '../transaction'
import { findSession, type Reader, type SessionHead } from './find'
import { isLiving } from './living'

type Budget = NonNullable<Session['budget']>
type Amounts = { [P in 'minutes' | 'costUsd']?: number | undefined }

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

/** A budget that somebody sets anew: what is left of that, too, goes back to whom the first one was taken from. */
export const budgetSetAnew = (before: Budget | undefined, amounts: Amounts): Budget => ({
  ...amounts,
  ...(before?.takenFrom !== undefined && { takenFrom: before.takenFrom }),
})

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
  if (!left || !session.budget) return
  const budget = { ...changed(session.budget, (part) => -(left[part] ?? 0)), returned: left }
  tx.put('sessions', { ...session, budget })
  tx.emitState('session:updated', id)
}

/**
 * Gives it to whom it was taken from, or who lives above that, and says what it was; undefined if nobody gets it. Below 0: what it
 * cost beyond its budget, which is taken from there.
 */
export const returnBudget = (tx: Transaction, session: SessionHead): Amounts | undefined => {
  const left = budgetLeft(session, tx.now)
  const holder = left && holderOf(tx, session)
  if (!holder || !isLiving(holder)) return undefined
  const amounts = { ...left, ...overspent(session, holder) }
  changeBudget(tx, holder, (part) => amounts[part] ?? 0)
  return amounts
}

/** Money alone: the minutes beyond a budget are those in which a session has waited for a person. */
const overspent = ({ budget, usage }: SessionHead, holder: SessionHead): Amounts => {
  const over = (usage?.costUsd ?? 0) - (budget?.costUsd ?? Number.POSITIVE_INFINITY)
  return over > 0 ? { costUsd: -Math.min(rounded('costUsd', over), holder.budget?.costUsd ?? 0) } : {}
}

/**
 * Who has what a session's budget was taken from: the first above it that lives, else the last that had it when it ended.
 * Undefined where there is none with a budget.
 */
const holderOf = (reader: Reader, { id, budget }: SessionHead): SessionHead | undefined => {
  const seen = new Set([id])
  let from = budget?.takenFrom
  let holder: SessionHead | undefined
  while (from !== undefined && !seen.has(from)) {
    seen.add(from)
    const above = reader.get('sessions', from)
    if (!above?.budget) break
    holder = above
    if (isLiving(above)) break
    from = above.budget.takenFrom
  }
  return holder
}

/** A session goes on in the same run: what it had given back is taken again, as far as it is left. */
export const resumeBudget = (tx: Transaction, id: string): void => {
  const session = findSession(tx, id)
  const { returned, ...budget } = session.budget ?? {}
  if (!returned) return
  const holder = holderOf(tx, session)
  const taken = takeFrom(holder, returned, tx.now)
  tx.put('sessions', { ...session, budget: changed(budget, (part) => taken[part] ?? 0) })
  tx.emitState('session:updated', id)
  if (holder) changeBudget(tx, holder, (part) => -(taken[part] ?? 0))
}

/** What a session gets of what was given back. A holder without some part has no limit there. */
const takeFrom = (holder: SessionHead | undefined, wanted: Amounts, now: number): Amounts => {
  const left = (holder && budgetLeft(holder, now)) ?? {}
  return eachPart((part) => {
    const most = wanted[part]
    if (most === undefined) return undefined
    return holder ? Math.min(most, left[part] ?? most) : 0
  })
}

/** What a session that is started again may use up, and what that takes from whom. */
export interface RenewedBudget {
  budget: Budget | undefined
  /** To be called once its new run is stored. */
  take(tx: Transaction): void
}

/**
 * The budget of a session's next run. From a person it gets all of what it had at first, which then is that person's; from a
 * session that restarts it what is left of that, and what it had given back, as far as its family has it still. Throws
 * `INVALID_STATE` where nothing is left.
 */
export const renewedBudget = (
  reader: Reader,
  session: SessionHead,
  now: number,
  isByPerson: boolean,
): RenewedBudget => {
  const nothingTaken = { take: () => undefined }
  if (!session.budget) return { budget: undefined, ...nothingTaken }
  const { returned = {}, takenFrom, ...own } = session.budget
  const first = changed(own, (part) => returned[part] ?? 0)
  if (isByPerson) return { budget: first, ...nothingTaken }
  const left = budgetLeft(session, now) ?? {}
  const holder = holderOf(reader, session)
  const missing = eachPart((part) =>
    first[part] === undefined ? undefined : Math.max(0, first[part] - (left[part] ?? 0)),
  )
  const taken = takeFrom(holder, missing, now)
  const budget = changed(left, (part) => taken[part] ?? 0)
  for (const part of parts)
    if (budget[part] === 0)
      throw apiError('INVALID_STATE', `Nothing is left of the budget of session ${session.id} (${part})`, {
        sessionId: session.id,
        left: budget,
      })
  return {
    budget: { ...budget, ...(takenFrom !== undefined && { takenFrom }) },
    take: (tx) => holder && changeBudget(tx, holder, (part) => -(taken[part] ?? 0)),
  }
}

/** Only the parts that a budget has. */
const changed = <B extends Amounts>(budget: B, by: (part: keyof Amounts) => number): B => ({
  ...budget,
  ...eachPart((part) =>
    budget[part] === undefined ? undefined : Math.max(0, rounded(part, budget[part] + by(part))),
  ),
})

const changeBudget = (tx: Transaction, session: SessionHead, by: (part: keyof Amounts) => number): void => {
  if (!session.budget) return
  tx.put('sessions', { ...session, budget: changed(session.budget, by) })
  tx.emitState('session:updated', session.id)
}
