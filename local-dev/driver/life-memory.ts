/** What of a session's life outlives its driver, and how an agent's end is told. */
import type { Session } from '../../functions/client/client'
import type { AgentExit } from '../agents/process'
import { AgentStartError } from '../agents/start-error'
import { type Effect, type Life, newLife, type Wait } from './lifecycle/life'
import type { Memory } from './memory'
import type { DriverState } from './state-file'
import { costOf } from './usage'

interface LifeOptions {
  session: Session
  isUnattended: boolean
  stallAfterMs: number
}

/** As an earlier driver of this run has left it. */
export const initialLife = (
  { session, isUnattended, stallAfterMs }: LifeOptions,
  { state, earlier }: Memory,
): Life =>
  newLife({
    at: Date.now(),
    next: undefined,
    budget: {
      allowed: session.budget ?? {},
      extra: state.extra,
      startedAt: session.run ?? session.startedAt,
      spentUsd: costOf(state.usage),
    },
    isUnattended,
    stallAfterMs,
    // What was not asked before the driver was killed is asked when the tasks are looked at.
    wait: earlier?.wait?.requestId === undefined || earlier.isInTurn ? undefined : earlier.wait,
    reminders: state.reminders,
  })

export const rememberedOf = (
  { wait, phase, reminders, budget }: Life,
  { state }: Memory,
): Partial<DriverState> => ({
  // While its process is renewed, a turn was running, or nothing was.
  isInTurn: phase === 'turn' || (phase === 'opening' && state.isInTurn),
  reminders,
  extra: budget.extra,
  wait: wait && asked(wait, state),
})

/** Who has spawned others is looked at anew: nobody was asked. */
const asked = ({ kind, until }: Wait, { wait }: DriverState): DriverState['wait'] =>
  kind === 'children' ? undefined : { kind, until, ...(wait?.kind === kind && { requestId: wait.requestId }) }

/** Throws `AgentStartError` where the agent never came to work. */
export const exitOf = (
  { exitCode, signal, reason, isStopped }: Extract<Effect, { type: 'exit' }>,
  hasOpened: boolean,
  duration: number,
): AgentExit => {
  if (!hasOpened && !isStopped && exitCode !== 0 && signal === null)
    throw new AgentStartError(1, reason ?? 'The agent cannot be started')
  return { exitCode, signal, duration, reason, isStopped }
}
