/** Why a task cannot be started now, each reason in a sentence. */
import type { WaitReason } from '../../schemas/claim'
import type { Task, TaskSessionStatus } from '../../schemas/task'
import { keepsTasks } from '../readiness'
import { isDone } from '../work-fields'
import type { Reader } from './find'
import { livingStatus, saysOpen } from './living'

/** So many are named; the last one says how many more there are. */
const maxReasons = 20

/** Nothing: it can be started. `claimer`: the session that would start it, whose own it may be already. */
export const reasonsOf = (reader: Reader, task: Task, claimer?: string): WaitReason[] => {
  const children = reader.count('tasks', { unfinishedIn: task.id })
  const named = children > 0 ? reader.oldestIds('tasks', maxReasons, { unfinishedIn: task.id }) : []
  const reasons: WaitReason[] = []
  let more = children - named.length
  for (const reason of allReasons(reader, task, named, claimer))
    if (reasons.length < maxReasons) reasons.push(reason())
    else more++
  const last = more > 0 ? reasons.pop() : undefined
  if (last) reasons.push({ ...last, message: `${last.message}; and ${more} more` })
  return reasons
}

/** There may be thousands: a sentence is made of those that are named. */
type Reasons = Generator<() => WaitReason>

function* allReasons(
  reader: Reader,
  task: Task,
  children: readonly { id: string }[],
  claimer: string | undefined,
): Reasons {
  yield* ofStatus(task)
  yield* ofClaim(reader, task)
  yield* ofSessions(reader, task, claimer)
  yield* ofDependencies(reader, task)
  yield* ofChildren(reader, children)
}

function* ofStatus({ status, attempts = 0, lastClaim }: Task): Reasons {
  if (status === 'todo') return
  const why = status === 'blocked' && attempts >= 3 && lastClaim ? ': three sessions were lost on it' : ''
  yield () => ({ kind: 'status', message: `It is ${status}${why}` })
}

function* ofClaim(reader: Reader, { claim }: Task): Reasons {
  if (!claim) return
  const { sessionId } = claim
  yield () => ({
    kind: 'claimed',
    id: sessionId,
    message: `It is claimed by ${sessionName(reader, sessionId)}`,
  })
}

function* ofSessions(reader: Reader, task: Task, claimer: string | undefined): Reasons {
  const { sessionIds, sessionStatus, claim, status } = task
  const living = sessionIds.filter((id) => livingStatus(reader, id) !== undefined)
  if (sessionStatus !== undefined && !saysOpen(task)) yield () => outcomeReason(task, sessionStatus)
  for (const id of living)
    if (id !== claimer && id !== claim?.sessionId && keepsTasks(reader.fields('sessions', id)))
      yield () => ({
        kind: 'session',
        id,
        message: `It is in the tasks of ${sessionName(reader, id)}, which is ${livingStatus(reader, id)}`,
      })
  // Of a claim that is said already.
  if (!saysOpen(task) || claim || status !== 'todo') return
  const others = living.filter((id) => id !== claimer)
  const isNamed = others.some((id) => keepsTasks(reader.fields('sessions', id)))
  // Of those that share a tree, none keeps a task from the others unless it has claimed it.
  if (isNamed || (claimer !== undefined && living.includes(claimer))) return
  const [id] = others
  yield () => ({
    kind: 'session',
    ...(id !== undefined && { id }),
    message: `It is said to be ${sessionStatus} by ${id === undefined ? 'a session' : sessionName(reader, id)}`,
  })
}

const outcomeReason = (task: Task, said: TaskSessionStatus): WaitReason => ({
  kind: 'outcome',
  message: isDone(task)
    ? 'It is done: a session has completed it'
    : `A session said that it is ${said}: set its status to todo to begin anew`,
})

function* ofDependencies(reader: Reader, { dependencies }: Task): Reasons {
  for (const id of dependencies) {
    if (reader.fields('tasks', id)?.stage === 'done') continue
    yield () => {
      const other = reader.get('tasks', id)
      const message = other ? `It waits for ${stateOf(other)}` : `It waits for ${id}, which is not there`
      return { kind: 'dependency', id, message }
    }
  }
}

function* ofChildren(reader: Reader, children: readonly { id: string }[]): Reasons {
  for (const { id } of children)
    yield () => {
      const child = reader.get('tasks', id)
      return { kind: 'child', id, message: `It waits for ${child ? stateOf(child, ' below it') : id}` }
    }
}

const stateOf = ({ title, status, sessionStatus }: Task, where = ''): string =>
  `"${title}"${where}, which is ${status}${sessionStatus === undefined ? '' : ` (${sessionStatus})`}`

const sessionName = (reader: Reader, id: string): string => {
  const session = reader.get('sessions', id)
  return session ? `session "${session.name}" (${id})` : `session ${id}`
}
