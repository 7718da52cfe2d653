/** What is said to the agent, and when: one prompt at a time, and into the running turn what may go there. */
import { exhausted } from '../budget'
import { stepTurn } from '../turn'
import { andThen, type Life, type Prompt, type Step, withEffects } from './life'
import { waitFor } from './waiting'

/** Prompts the agent, with all that it is to be told. No turn may be running. */
export const promptAgent = (life: Life, at: number, prompt: Prompt): Step => {
  if (exhausted(life.budget, at))
    return andThen(withdrawn(life), (now) => waitFor({ ...now, next: prompt }, at, 'budget'))
  const turn = stepTurn(life.turn, { type: 'prompted' }, at)
  const isAsking = life.wait !== undefined
  return withEffects(
    {
      ...life,
      turn,
      phase: 'turn',
      status: 'working',
      queue: [],
      handed: life.queue,
      current: prompt,
      next: undefined,
      wait: undefined,
      isSteeringPaused: false,
      cancelCause: undefined,
      cancelNote: undefined,
      problem: undefined,
      reminders: life.queue.length > 0 ? 0 : life.reminders,
    },
    ...(isAsking ? [{ type: 'withdraw' } as const] : []),
    ...(life.status === 'idle' ? [{ type: 'status', status: 'working' } as const] : []),
    { type: 'prompt', number: turn.prompts, said: life.queue, ...prompt },
  )
}

const withdrawn = (life: Life): Step =>
  life.wait === undefined
    ? withEffects(life)
    : withEffects({ ...life, wait: undefined }, { type: 'withdraw' })

/** Ends the running turn. Its answer, or the end of its process, is waited for all the same. */
export const cancelTurn = (
  life: Life,
  at: number,
  cancelCause: NonNullable<Life['cancelCause']>,
  cancelNote?: string,
): Step => {
  // The first cause counts, but that a session ends is more than any other.
  if (!life.turn.isActive || (life.cancelCause && cancelCause !== 'ended')) return withEffects(life)
  const turn = stepTurn(life.turn, { type: 'cancelled' }, at)
  return withEffects({ ...life, turn, cancelCause, cancelNote }, { type: 'cancel' })
}

/** Says what may be said now. */
export const sayNext = (life: Life, at: number): Step => {
  const [first] = life.queue
  if (!first) return withEffects(life)
  if (life.phase === 'checking')
    return life.wait && life.wait.kind !== 'children'
      ? withEffects(life)
      : promptAgent(life, at, { reason: 'said' })
  if (life.phase === 'waiting') return sayWhileWaiting(life, at)
  return steerNext(life)
}

/** A limit or a budget is not lifted by words. */
const sayWhileWaiting = (life: Life, at: number): Step => {
  switch (life.wait?.kind) {
    case 'limit':
    case 'budget':
      return withEffects(life)
    case 'login':
      return renew(life, life.next ?? { reason: 'said' })
    default:
      return promptAgent(life, at, { reason: 'said' })
  }
}

const steerNext = (life: Life): Step => {
  const { turn, isSteerable, isSteeringPaused, steering, phase, cancelCause } = life
  // Before the agent has begun, what is put in may be taken for a turn of its own.
  const mayBeSteered = phase === 'turn' && turn.inFlight !== undefined && turn.hasBegun && !cancelCause
  if (!isSteerable || isSteeringPaused || steering || !mayBeSteered) return withEffects(life)
  const said = life.queue.find(({ mode }) => mode === 'steer')
  if (!said) return withEffects(life)
  return withEffects(
    { ...life, steering: said, queue: life.queue.filter((each) => each !== said) },
    { type: 'steer', said },
  )
}

/** Goes on in a new process, with `next`. */
export const renew = (life: Life, next: Prompt | undefined): Step => {
  const isAsking = life.wait !== undefined || life.stalledAt !== undefined
  return withEffects(
    { ...life, phase: 'opening', next, wait: undefined, stalledAt: undefined },
    ...(isAsking ? [{ type: 'withdraw' } as const] : []),
    { type: 'renew' },
  )
}

/** The agent's process is there: it is told what waits, or its tasks are looked at. */
export const afterOpening = (life: Life, at: number): Step => {
  const { next, wait } = life
  if (next) return promptAgent(life, at, next)
  if (!wait) return lookAtTasks(life)
  return andThen(
    [{ ...life, phase: 'waiting', status: 'idle' }, [{ type: 'status', status: 'idle' }]],
    (now) => sayNext(now, at),
  )
}

export const lookAtTasks = (life: Life): Step => {
  const check = life.checks + 1
  return withEffects({ ...life, phase: 'checking', checks: check }, { type: 'lookAtTasks', check })
}
