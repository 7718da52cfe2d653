/** What follows on a turn that is over. */
import { stepTurn } from '../turn'
import { andThen, type Life, type LifeEvent, type Step, withEffects } from './life'
import { lookAtTasks, promptAgent, sayNext } from './prompting'
import { exit, waitFor, waitForChildren, waitOn } from './waiting'

/** So often in a row an error of the agent's is only said to it. */
const maxFailures = 1

export const endTurn = (before: Life, at: number): Step => {
  const life = { ...before, turn: stepTurn(before.turn, { type: 'settled' }, at), stalledAt: undefined }
  // What was asked about the turn is no question any more.
  const withdrawn: Step[1] = before.stalledAt === undefined ? [] : [{ type: 'withdraw' }]
  return andThen([life, [...withdrawn, { type: 'turnOver' }]], (now) => afterTurn(now, at))
}

const afterTurn = (life: Life, at: number): Step => {
  if (life.endedAt !== undefined) return exit(life, { exitCode: 0 })
  if (life.cancelCause === 'budget')
    return waitFor(
      { ...life, next: { reason: 'goOn', note: 'You had used up your budget, and it was extended.' } },
      at,
      'budget',
    )
  if (life.problem) return afterProblem({ ...life, problem: life.problem }, at)
  // It did something of its own accord while it waited, and waits on for that.
  if (life.wait && life.wait.kind !== 'children') return lookAtTasks(life)
  if (life.queue.length > 0) return promptAgent(life, at, { reason: 'said', note: life.cancelNote })
  if (life.cancelCause === 'interrupt') return waitFor(life, at, 'interrupted')
  return lookAtTasks(life)
}

const afterProblem = (life: Life & { problem: NonNullable<Life['problem']> }, at: number): Step => {
  const { problem, turn, current } = life
  // What the agent has not even begun with is said to it again as it was.
  const next = turn.hasBegun ? undefined : current
  if (problem.kind !== 'other')
    return waitFor({ ...life, next: next ?? { reason: 'goOn' } }, at, problem.kind)
  const failures = life.failures + 1
  const failed = { ...life, failures }
  const note = {
    type: 'note',
    level: 'error',
    message: `The turn ended with an error: ${problem.message}`,
  } as const
  return andThen(withEffects(failed, note), () => goOnAfterError(failed, at, next))
}

const goOnAfterError = (
  failed: Life & { problem: NonNullable<Life['problem']> },
  at: number,
  next: Life['current'],
): Step => {
  const { failures, problem } = failed
  return failures <= maxFailures
    ? promptAgent(
        failed,
        at,
        next ?? { reason: 'goOn', note: `Your turn ended with an error: ${problem.message}` },
      )
    : waitFor(failed, at, 'question')
}

/** The tasks were looked at after a turn, or because those whom it waits for may have ended. */
export const afterLook = (
  life: Life,
  at: number,
  { open, children }: Pick<Extract<LifeEvent, { type: 'tasks' }>, 'open' | 'children'>,
): Step => {
  // Who is still to be told something is told it.
  if (open === 0 && life.queue.length === 0) return exit(life, { exitCode: 0 })
  if (life.wait?.kind === 'children') return afterChildren(life, at, life.wait.children ?? [], children)
  if (life.wait) return andThen(waitOn(life), (now) => sayNext(now, at))
  if (life.queue.length > 0) return sayNext(life, at)
  if (children.length > 0) return waitForChildren(life, at, children)
  if (life.reminders > 0) return waitFor(life, at, 'question')
  const { cancelNote: note } = life
  return promptAgent({ ...life, reminders: 1 }, at, { reason: 'remind', note })
}

/** Whoever has spawned others is told when one of them has ended. */
const afterChildren = (
  life: Life,
  at: number,
  before: readonly string[],
  children: readonly string[],
): Step => {
  const ended = before.filter((id) => !children.includes(id))
  if (ended.length === 0) return waitForChildren(life, at, children)
  const left = children.length === 0 ? '' : ` Still at work: ${children.join(', ')}.`
  const note = `Of the sessions that you have spawned, ended: ${ended.join(', ')}.${left} "maestro session show ID" says how.`
  return promptAgent({ ...life, reminders: 0 }, at, { reason: 'goOn', note })
}

/** The agent has done something: whatever that belongs to, the session works until it is quiet again. */
export const wake = (life: Life): Step =>
  life.phase === 'waiting' || life.phase === 'checking'
    ? withEffects(
        { ...life, phase: 'turn', status: 'working' },
        ...(life.status === 'idle' ? [{ type: 'status', status: 'working' } as const] : []),
      )
    : withEffects(life)
