/**
 * What a driver does on its own, as a state machine: pure, so that any order of events can be tried. Whoever performs the
 * effects brings the agent, the server and the clock.
 */
import { stepTurn } from '../turn'
import { onReply } from './answers'
import { onTime } from './clock'
import { andThen, type Effect, type Life, type LifeEvent, type Said, type Step, withEffects } from './life'
import { afterOpening, cancelTurn, renew, sayNext } from './prompting'
import { afterLook, endTurn, wake } from './turn-end'
import { exit, waitFor } from './waiting'

export const stepLife = (life: Life, event: LifeEvent, at: number): Step => {
  if (life.phase === 'closed') return withEffects(life)
  switch (event.type) {
    case 'opened':
      return onOpened(life, at, event)
    case 'openFailed':
      return onOpenFailed(life, at, event)
    case 'heard':
      return onHeard(life, at, event)
    case 'answered':
      return onAnswered(life, at, event)
    case 'failed':
      return onFailed(life, at, event)
    case 'unsent':
      return onUnsent(life, at, event)
    case 'steered':
      return onSteered(life, at, event)
    case 'said':
      if (life.known.includes(event.said.id)) return withEffects(life)
      return sayNext(
        { ...life, known: [...life.known, event.said.id], queue: [...life.queue, event.said] },
        at,
      )
    case 'retry':
      return life.phase === 'waiting' && life.wait?.kind === 'login'
        ? renew(life, life.next)
        : withEffects(life)
    case 'interrupt':
      return cancelTurn(life, at, 'interrupt')
    case 'approvals':
      return withEffects({ ...life, approvals: event.count, turn: heardOf(life, at) })
    case 'reply':
      return onReply(life, at, event)
    case 'denied':
      return cancelTurn(life, at, 'denied', event.note)
    case 'tasks':
      return life.phase === 'checking' && event.check === life.checks
        ? afterLook(life, at, event)
        : withEffects(life)
    case 'allowed':
      return withEffects({ ...life, budget: { ...life.budget, allowed: event.allowed } })
    case 'spent':
      return withEffects({ ...life, budget: { ...life.budget, spentUsd: event.spentUsd } })
    case 'sessionEnded':
      return onSessionEnded(life, at, event.isOwn)
    case 'agentGone':
      return life.phase === 'opening' ? withEffects(life) : onAgentGone(life, event)
    case 'terminated':
      return andThen(cancelTurn(life, at, 'ended'), (now) =>
        exit(now, { exitCode: null, signal: event.signal }),
      )
    case 'time':
      return onTime(life, at)
  }
}

/** A turn that was not over is over with the process that it ran in. */
const onOpened = (life: Life, at: number, event: Extract<LifeEvent, { type: 'opened' }>): Step => {
  if (life.phase !== 'opening') return withEffects(life)
  const { isSteerable, next = life.next } = event
  const opened = { ...life, isSteerable, next, turn: stepTurn(life.turn, { type: 'replaced' }, at) }
  return opened.turn.isActive && !life.next && !life.wait ? endTurn(opened, at) : afterOpening(opened, at)
}

const heardOf = ({ turn }: Life, at: number) => stepTurn(turn, { type: 'heard', isWork: false }, at)

/** A sign of life: a stall is over, and what was handed over has arrived. */
const onHeard = (life: Life, at: number, event: Extract<LifeEvent, { type: 'heard' }>): Step => {
  if (life.phase === 'opening') return withEffects(life)
  const turn = stepTurn(life.turn, event, at)
  const heard = withoutStall({ ...life, turn })
  if (!event.isWork) return heard
  return andThen(andThen(andThen(heard, arrived), wake), (now) => sayNext(now, at))
}

const withoutStall = (life: Life): Step =>
  life.stalledAt === undefined
    ? withEffects(life)
    : withEffects({ ...life, stalledAt: undefined }, { type: 'withdraw' })

const delivered = (said: readonly Said[]): Effect[] => (said.length > 0 ? [{ type: 'delivered', said }] : [])

const arrived = (life: Life): Step => withEffects({ ...life, handed: [] }, ...delivered(life.handed))

const onAnswered = (life: Life, at: number, event: Extract<LifeEvent, { type: 'answered' }>): Step => {
  const { number, stopReason } = event
  if (number !== life.turn.inFlight) return withEffects(life)
  const isAborted = stopReason === 'cancelled' || life.cancelCause !== undefined
  const turn = stepTurn(life.turn, { type: 'answered', number, isAborted }, at)
  const note = endNotes[stopReason]
  return andThen(andThen(withoutStall({ ...life, turn, failures: 0, limits: 0 }), arrived), (now) =>
    note ? withEffects(now, { type: 'note', level: 'progress', message: note }) : withEffects(now),
  )
}

const endNotes: Readonly<Record<string, string | undefined>> = {
  max_tokens: 'The turn ended because the model has written as much as it may',
  max_turn_requests: 'The turn ended because the agent has asked its model as often as it may',
  refusal: 'The agent has refused to go on',
}

const onFailed = (life: Life, at: number, event: Extract<LifeEvent, { type: 'failed' }>): Step => {
  const { number, problem } = event
  if (number !== life.turn.inFlight) return withEffects(life)
  const turn = stepTurn(life.turn, { type: 'answered', number, isAborted: true }, at)
  // Some agents answer a cancelled prompt with an error.
  const counts = life.cancelCause === undefined || problem.kind !== 'other'
  const failed = withoutStall({ ...life, turn, ...(counts && { problem }) })
  return andThen(failed, (now) => handBack(now, problem.kind !== 'other', problem.message))
}

const onUnsent = (life: Life, at: number, event: Extract<LifeEvent, { type: 'unsent' }>): Step => {
  const { number, said } = event
  if (number !== life.turn.inFlight) return withEffects(life)
  const turn = stepTurn(life.turn, { type: 'answered', number, isAborted: true }, at)
  return withoutStall({ ...life, turn, handed: [], queue: [...said, ...life.queue] })
}

/** What was to be said and has not arrived is said again where only its time has not come. */
const handBack = (life: Life, isLater: boolean, reason: string): Step => {
  if (life.turn.hasBegun || life.handed.length === 0) return arrived(life)
  const without = { ...life, handed: [] }
  return isLater
    ? withEffects({ ...without, queue: [...life.handed, ...life.queue] })
    : withEffects(without, { type: 'refused', said: life.handed, reason })
}

const onSteered = (life: Life, at: number, event: Extract<LifeEvent, { type: 'steered' }>): Step => {
  const { steering } = life
  const { outcome } = event
  if (steering?.id !== event.id) return withEffects(life)
  const rest = { ...life, steering: undefined, isSteerable: life.isSteerable && outcome !== 'unsupported' }
  if (outcome === 'injected' || outcome === 'startedNewTurn') {
    const turn = outcome === 'injected' ? life.turn : stepTurn(life.turn, { type: 'began' }, at)
    return andThen(withEffects({ ...rest, turn, reminders: 0 }, ...delivered([steering])), (now) =>
      andThen(wake(now), (awake) => sayNext(awake, at)),
    )
  }
  if (outcome === 'unknown')
    return andThen(withEffects(rest, { type: 'unknown', said: [steering] }), (now) => sayNext(now, at))
  // It stays before what came later, and waits for the end of the turn.
  return sayNext({ ...rest, isSteeringPaused: true, queue: [steering, ...life.queue] }, at)
}

const onOpenFailed = (
  life: Life,
  at: number,
  { problem }: Extract<LifeEvent, { type: 'openFailed' }>,
): Step => {
  if (life.phase !== 'opening') return withEffects(life)
  if (problem.kind === 'login') return waitFor({ ...life, problem }, at, 'login')
  return exit(life, { exitCode: 1, reason: problem.message })
}

const onAgentGone = (
  life: Life,
  { exitCode, signal, reason }: Extract<LifeEvent, { type: 'agentGone' }>,
): Step => exit(life, { exitCode, signal, reason })

/** What has ended its own session may finish its turn; else nothing of it may go on. */
const onSessionEnded = (life: Life, at: number, isOwn: boolean): Step => {
  if (isOwn && life.phase === 'turn') return withEffects({ ...life, endedAt: life.endedAt ?? at })
  const ending = isOwn ? { exitCode: 0 } : ({ exitCode: null, signal: 'SIGTERM' } as const)
  return andThen(cancelTurn(life, at, 'ended'), (now) => exit(now, ending))
}
