/** What happens because time passes. */
import { exhausted } from '../budget'
import { isCancelOverdue, isOver, stepTurn } from '../turn'
import { andThen, type Life, type Step, withEffects } from './life'
import { cancelTurn, lookAtTasks, promptAgent, renew } from './prompting'
import { endTurn } from './turn-end'
import { exit } from './waiting'

/** So long an agent may go on after it has ended its own session: with a last word, say. */
const lingerMs = 30_000

export const onTime = (life: Life, at: number): Step => {
  if (life.phase === 'waiting') return afterWait(life, at)
  if (life.phase !== 'turn') return withEffects(life)
  if (life.endedAt !== undefined && at - life.endedAt >= lingerMs)
    return andThen(cancelTurn(life, at, 'ended'), (now) => exit(now, { exitCode: 0 }))
  if (isCancelOverdue(life.turn, at)) return replaceProcess(life, at)
  if (isOver(life.turn, at) && !life.steering) return endTurn(life, at)
  const unit = exhausted(life.budget, at)
  if (unit && life.turn.inFlight !== undefined) return cancelTurn(life, at, 'budget')
  return lookForStall(life, at)
}

/** A time that was waited for, as of a limit. */
const afterWait = (life: Life, at: number): Step => {
  const { wait, next } = life
  if (wait?.until === undefined || at < wait.until) return withEffects(life)
  if (wait.kind === 'children') return lookAtTasks(life)
  return promptAgent(life, at, next ?? { reason: 'goOn' })
}

/** What was cancelled and is not answered ends with its process; what was handed over then is nobody's. */
const replaceProcess = (life: Life, at: number): Step => {
  const turn = stepTurn(life.turn, { type: 'replaced' }, at)
  const said = [...life.handed, ...(life.steering ? [life.steering] : [])]
  const known = life.known.filter((id) => !said.some((each) => each.id === id))
  const replaced = { ...life, turn, known, handed: [], steering: undefined }
  const message =
    'The cancelled turn was not answered within 15 s: its process is ended, and a new one goes on'
  return andThen(
    [
      replaced,
      [
        { type: 'note', level: 'progress', message },
        ...(said.length > 0 ? [{ type: 'doubtful', said } as const] : []),
      ],
    ],
    (now) => renew(now, undefined),
  )
}

/** Nothing was heard of it for long, though it waits for nobody. It is asked about, and never killed. */
const lookForStall = (life: Life, at: number): Step => {
  const { turn, stallAfterMs, stalledAt, approvals } = life
  if (approvals > 0 || life.wait || !turn.isActive || at - turn.heardAt < stallAfterMs)
    return withEffects(life)
  if (stalledAt === undefined) return withEffects({ ...life, stalledAt: at }, { type: 'ask', why: 'stall' })
  if (at - stalledAt < stallAfterMs || turn.openTools.length > 0) return withEffects(life)
  // Nobody has answered, and no tool runs: the prompt is one that will never be answered.
  const note = 'You were silent for long, so that turn was ended.'
  return andThen([{ ...life, stalledAt: undefined }, [{ type: 'withdraw' }]], (now) =>
    cancelTurn(now, at, 'stall', note),
  )
}
