/** A budget as flags: of a spawn, and of a runner for the spawns that do not say. */
import type { ArgsDef } from 'citty'
import { UsageError } from './exit'

export const budgetFlags = {
  'budget-minutes': {
    type: 'string',
    valueHint: 'NUMBER',
    description: 'Minutes of work that it may use up',
  },
  'budget-usd': { type: 'string', valueHint: 'NUMBER', description: 'US dollars that its models may cost' },
} as const satisfies ArgsDef

interface Budget {
  minutes?: number
  costUsd?: number
}

/** Undefined where neither is given. Throws `UsageError`. */
export const budgetFrom = (
  flags: { [F in keyof typeof budgetFlags]?: string | undefined },
): Budget | undefined => {
  const minutes = amount('--budget-minutes', flags['budget-minutes'])
  const costUsd = amount('--budget-usd', flags['budget-usd'])
  if (minutes === undefined && costUsd === undefined) return undefined
  return { ...(minutes !== undefined && { minutes }), ...(costUsd !== undefined && { costUsd }) }
}

const amount = (flag: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number
  throw new UsageError(`${flag} must be a number above 0`)
}
