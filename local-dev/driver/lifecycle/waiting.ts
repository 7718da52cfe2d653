/** A session waits: for a person, or for the time. */
import type { Asked, Life, Step } from './life'
import { withEffects } from './life'

/** A limit that ends by itself is waited for so often in a row. */
const maxLimits = 5
/** Where an agent does not say when its limit ends: it is tried again after so long, each time twice as long. */
const firstRetryMs = 5 * 60_000
/** So often who has spawned others looks whether they have ended. */
const childrenEveryMs = 5000

/** Asks what is to be waited for, and waits. Where nobody is there to ask, it ends instead. */
export const waitFor = (life: Life, at: number, kind: Asked): Step => {
  const { problem } = life
  if (kind === 'limit') return waitForLimit(life, at)
  // Whoever interrupts it says how it goes on.
  if (life.isUnattended && kind !== 'interrupted') return endUnattended(life, kind)
  return idle({ ...life, wait: { kind } }, { type: 'ask', why: kind, problem })
}

const waitForLimit = (life: Life, at: number): Step => {
  const { problem } = life
  const limits = life.limits + 1
  const isLast = limits > maxLimits
  if (isLast && life.isUnattended) return endUnattended(life, 'limit')
  // A time that is past would make it ask without a pause.
  const soonest = at + 1000
  const until = isLast
    ? undefined
    : Math.max(soonest, problem?.resetsAt ?? at + firstRetryMs * 2 ** (limits - 1))
  return idle(
    { ...life, limits, wait: { kind: 'limit', until } },
    { type: 'ask', why: 'limit', until, problem },
  )
}

/** Those that it has spawned still work: nobody has to be asked, and they have its place. */
export const waitForChildren = (life: Life, at: number, children: readonly string[]): Step =>
  idle({ ...life, wait: { kind: 'children', until: at + childrenEveryMs, children } })

/** Its place is free for others. */
const idle = (life: Life, ...effects: Step[1]): Step => {
  const isIdle = life.status === 'idle'
  return [
    {
      ...life,
      phase: 'waiting',
      status: 'idle',
      cancelCause: undefined,
      cancelNote: undefined,
      problem: undefined,
    },
    isIdle ? effects : [...effects, { type: 'status', status: 'idle' }],
  ]
}

/** Waits on for what was asked already. */
export const waitOn = (life: Life): Step => idle(life)

const endUnattended = (life: Life, kind: Asked): Step => {
  // What it has left open is then said by the end itself.
  if (kind === 'question' && life.problem === undefined) return exit(life, { exitCode: 0 })
  const reasons = {
    question: life.problem?.message,
    interrupted: undefined,
    login: `The agent is not signed in: ${life.problem?.message ?? ''}`,
    limit: `Its usage limit was reached again and again: ${life.problem?.message ?? ''}`,
    budget: 'Its budget is used up',
  }
  return exit(life, { exitCode: 1, reason: reasons[kind] })
}

interface Ending {
  exitCode: number | null
  signal?: NodeJS.Signals | null
  reason?: string | undefined
  isStopped?: boolean
}

/** The driver is through. What it has asked itself, and needs no more, must not look as if it ended while it waited. */
export const exit = (life: Life, { signal = null, ...ending }: Ending): Step => {
  const isAsking = life.wait !== undefined || life.stalledAt !== undefined
  const isThrough = ending.exitCode === 0
  return withEffects(
    { ...life, phase: 'closed', wait: undefined, stalledAt: undefined },
    ...(isAsking && isThrough ? [{ type: 'withdraw' } as const] : []),
    { type: 'exit', signal, ...ending },
  )
}
