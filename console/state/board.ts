/** The tasks of a project, in columns. Pure. */
import type { Task } from '../../functions/client/client'
import { hasEnded, type Priority, type SessionCard, type TaskStatus } from './entities'

export const columns: readonly TaskStatus[] = [
  'todo',
  'in_progress',
  'in_review',
  'blocked',
  'completed',
  'cancelled',
]

/** Folded to a rail until somebody opens them. */
export const coldColumns: readonly TaskStatus[] = ['completed', 'cancelled']

const urgency: Readonly<Record<Priority, number>> = { high: 0, medium: 1, low: 2 }

export interface BoardFilter {
  projectId: string
  /** Words that title or description hold, upper and lower case alike. */
  query?: string
  /** Where a card is shown until the server has answered. */
  moved?: ReadonlyMap<string, TaskStatus>
}

export type Columns = Readonly<Record<TaskStatus, readonly Task[]>>

/** What is urgent stands first, then the oldest; of what is done, the newest. */
export const boardColumns = (tasks: readonly Task[], { projectId, query, moved }: BoardFilter): Columns => {
  const wanted = query?.trim().toLowerCase() ?? ''
  const found: Record<TaskStatus, Task[]> = {
    ...{ todo: [], in_progress: [], in_review: [], blocked: [], completed: [], cancelled: [] },
  }
  for (const task of tasks)
    if (task.projectId === projectId && (wanted === '' || matches(task, wanted)))
      found[moved?.get(task.id) ?? task.status].push(task)
  for (const status of columns)
    found[status].sort(
      coldColumns.includes(status)
        ? (one, other) => other.updatedAt - one.updatedAt
        : (one, other) => urgency[one.priority] - urgency[other.priority] || one.createdAt - other.createdAt,
    )
  return found
}

const matches = ({ id, title, description }: Task, wanted: string): boolean =>
  title.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted) || id === wanted

/** So that others may begin: what its session says counts too, as long as no person has put it elsewhere. */
const isDone = ({ status, sessionStatus }: Task): boolean =>
  status === 'completed' || (sessionStatus === 'completed' && (status === 'todo' || status === 'in_progress'))

interface Known {
  task(id: string): Task | undefined
  session(id: string): SessionCard | undefined
  children: readonly Task[]
}

/**
 * What the reasons depend on for which a task may wait, as a text that changes with them; undefined: nothing is known that would hold it
 * up. The server words them (`GET /api/tasks/blocked`).
 */
export const waitsAbout = (task: Task, known: Known): string | undefined => {
  const { id, status, sessionStatus, claim, attempts, dependencies, sessionIds } = task
  if (status !== 'todo' && status !== 'blocked') return undefined
  const others = [
    ...dependencies.map((other) => known.task(other) ?? other),
    ...known.children.filter((child) => child.status !== 'cancelled'),
  ]
    .filter((other) => typeof other === 'string' || !isDone(other))
    .map((other) => (typeof other === 'string' ? other : stateOf(other)))
  const sessions = sessionIds.flatMap((sessionId) => {
    const session = known.session(sessionId)
    return session && !hasEnded(session) ? [session.id, session.name, session.status] : []
  })
  const isHeld = claim !== undefined || sessionStatus !== undefined || status === 'blocked'
  if (!isHeld && others.length + sessions.length === 0) return undefined
  return JSON.stringify([id, status, sessionStatus, claim, attempts, others, sessions])
}

const stateOf = ({ id, title, status, sessionStatus }: Task) => [id, title, status, sessionStatus]

/** Ids of tasks that may be what this one waits for: not itself, and none that waits for it. */
export const mayDependOn = (task: Task, all: readonly Task[]): Task[] => {
  const byId = new Map(all.map((one) => [one.id, one]))
  const waitsFor = (id: string, seen: Set<string>): boolean => {
    if (id === task.id) return true
    if (seen.has(id)) return false
    seen.add(id)
    return byId.get(id)?.dependencies.some((next) => waitsFor(next, seen)) ?? false
  }
  return all.filter(({ id, projectId }) => projectId === task.projectId && !waitsFor(id, new Set()))
}

export const childrenOf = (tasks: readonly Task[]): ReadonlyMap<string, Task[]> => {
  const children = new Map<string, Task[]>()
  for (const task of tasks) {
    if (task.parentId === null) continue
    const siblings = children.get(task.parentId) ?? []
    siblings.push(task)
    children.set(task.parentId, siblings)
  }
  return children
}

/** Living sessions that have this task. */
export const workersOn = (task: Task, session: (id: string) => SessionCard | undefined): SessionCard[] =>
  task.sessionIds.flatMap((id) => {
    const found = session(id)
    return found && !hasEnded(found) ? [found] : []
  })
