/** What a session may use up. Minutes are those of the clock, whether it works or waits. */

export interface Amounts {
  minutes?: number | undefined
  costUsd?: number | undefined
}

export interface Budget {
  /** As the session says. */
  allowed: Amounts
  /** What a person has added. */
  extra: Amounts
  /** When its time began, in milliseconds. */
  startedAt: number
  spentUsd: number
}

const units = ['minutes', 'costUsd'] as const
export type BudgetUnit = (typeof units)[number]

const limitOf = ({ allowed, extra }: Budget, unit: BudgetUnit): number | undefined => {
  const amount = allowed[unit]
  return amount === undefined ? undefined : amount + (extra[unit] ?? 0)
}

const usedOf = ({ startedAt, spentUsd }: Budget, unit: BudgetUnit, at: number): number =>
  unit === 'minutes' ? (at - startedAt) / 60_000 : spentUsd

/** What of a budget is used up; undefined if all of it has something left. */
export const exhausted = (budget: Budget, at: number): BudgetUnit | undefined =>
  units.find((unit) => {
    const limit = limitOf(budget, unit)
    return limit !== undefined && usedOf(budget, unit, at) >= limit
  })

/**
 * Adds to what is used up as much as there was at first, or `amount`. What was used beyond the limit, as by waiting for
 * this, is forgiven: else it would be used up at once.
 */
export const extend = (budget: Budget, at: number, amount?: number): Budget => {
  const extra = { ...budget.extra }
  for (const unit of units) {
    const { [unit]: allowed } = budget.allowed
    const limit = limitOf(budget, unit)
    if (allowed === undefined || limit === undefined || usedOf(budget, unit, at) < limit) continue
    // One that is all spent on others has none of its own to be given again.
    const more = amount ?? (allowed > 0 ? allowed : (smallest[unit] ?? 0))
    extra[unit] = usedOf(budget, unit, at) + more - allowed
  }
  return { ...budget, extra }
}

const smallest = { minutes: 10, costUsd: 1 }

/** The first positive number in a text, as `30`, `2.5`, `$5`; undefined if there is none. */
export const amountIn = (text: string | undefined): number | undefined => {
  const [found] = /\d+(?:[.,]\d+)?/.exec(text ?? '') ?? []
  const amount = Number(found?.replace(',', '.'))
  return amount > 0 ? amount : undefined
}

/** In words, such as `30 minutes` or `2.50 US dollars`. */
export const budgetText = (budget: Budget, unit: BudgetUnit): string => {
  const limit = limitOf(budget, unit) ?? 0
  return unit === 'minutes' ? `${Math.round(limit * 10) / 10} minutes` : `${limit.toFixed(2)} US dollars`
}
