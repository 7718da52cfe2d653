// The mixed writes of the crash test: what a client may do next with what it has.

import type { Session, Task } from '../contract/http'
import { createRandom } from '../random'
import type { Operation, ProjectState } from './project-state'

const random = createRandom('operations')

const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
const randomSubset = <T>(list: readonly T[], max: number): T[] =>
  list.filter(() => random() < max / Math.max(max, list.length)).slice(0, max)

/** A request that fits the present state; `token` is a name that was never used before. */
export const nextOperation = (project: ProjectState, projectId: string, token: string): Operation => {
  const state: ClientState = {
    project,
    projectId,
    token,
    tasks: [...project.tasks.values()],
    sessions: [...project.sessions.values()],
  }
  const deletions = [deleteTask, deleteSession]
  const crowded = state.tasks.length > 12 || state.sessions.length > 6
  const choices = crowded
    ? deletions
    : [createTask, patchTask, createSession, spawn, spawn, ...onSessions, ...deletions]
  for (;;) {
    const operation = pick([...choices, createTask])?.(state)
    if (operation) return operation
  }
}

interface ClientState {
  project: ProjectState
  projectId: string
  token: string
  tasks: Task[]
  sessions: Session[]
}

type MakeOperation = (state: ClientState) => Operation | undefined

const createTask: MakeOperation = ({ projectId, token, tasks }) => {
  const parentId = pick([undefined, ...tasks])?.id
  const dependencies = randomSubset(tasks, 2).map(({ id }) => id)
  return {
    method: 'POST',
    path: '/api/tasks',
    body: {
      projectId,
      title: token,
      description: 'x'.repeat(random() * 2000),
      dependencies,
      ...(parentId && { parentId }),
    },
    token,
    touches: [],
    evidence: (now) => [[...now.tasks.values()].some(({ title }) => title === token)],
  }
}

const patchTask: MakeOperation = ({ token, tasks }) => {
  const task = pick(tasks)
  return (
    task && {
      method: 'PATCH',
      path: `/api/tasks/${task.id}`,
      body: { title: token, initialPrompt: token },
      token,
      touches: [task.id],
      evidence: ({ tasks }) => [
        tasks.get(task.id)?.title === token,
        tasks.get(task.id)?.initialPrompt === token,
      ],
    }
  )
}

const deleteTask: MakeOperation = ({ token, tasks }) => {
  const task = pick(tasks)
  if (!task) return undefined
  const { id, sessionIds } = task
  const children = tasks.filter(({ parentId }) => parentId === id)
  const dependants = tasks.filter(({ dependencies }) => dependencies.includes(id))
  return {
    method: 'DELETE',
    path: `/api/tasks/${id}`,
    token,
    touches: [id, ...sessionIds, ...[...children, ...dependants].map((other) => other.id)],
    evidence: (now) => [
      !now.tasks.has(id),
      ...sessionIds.map((session) => now.sessions.get(session)?.taskIds.includes(id) === false),
      ...children.map((child) => now.tasks.get(child.id)?.parentId === task.parentId),
      ...dependants.map((other) => now.tasks.get(other.id)?.dependencies.includes(id) === false),
    ],
  }
}

/** A new session, known by its name, and its tasks that now name it. */
const evidenceOfSession = (
  state: ClientState,
  tasks: Task[],
  isQueue: boolean,
): Pick<Operation, 'token' | 'touches' | 'evidence'> => ({
  token: state.token,
  touches: tasks.map(({ id }) => id),
  evidence: (now) => {
    const session = [...now.sessions.values()].find(({ name }) => name === state.token)
    return [
      session !== undefined,
      ...tasks.map(({ id, sessionIds }) => now.tasks.get(id)?.sessionIds.length === sessionIds.length + 1),
      ...(isQueue ? [session !== undefined && now.queues.has(session.id)] : []),
    ]
  },
})

const createSession: MakeOperation = (state) => {
  const tasks = randomSubset(state.tasks, 4)
  const isQueue = random() < 0.5
  const strategy = isQueue ? 'queue' : 'simple'
  const body = { projectId: state.projectId, taskIds: tasks.map(({ id }) => id), name: state.token, strategy }
  return { method: 'POST', path: '/api/sessions', body, ...evidenceOfSession(state, tasks, isQueue) }
}

const spawn: MakeOperation = (state) => {
  const tasks = randomSubset(state.tasks, 3)
  if (tasks.length === 0) return undefined
  const body = { projectId: state.projectId, taskIds: tasks.map(({ id }) => id), sessionName: state.token }
  return { method: 'POST', path: '/api/sessions/spawn', body, ...evidenceOfSession(state, tasks, false) }
}

const deleteSession: MakeOperation = ({ token, sessions }) => {
  const session = pick(sessions)
  if (!session) return undefined
  const { id, taskIds } = session
  return {
    method: 'DELETE',
    path: `/api/sessions/${id}`,
    token,
    touches: [id, ...taskIds],
    evidence: (now) => [
      !now.sessions.has(id),
      ...(session.strategy === 'queue' ? [!now.queues.has(id)] : []),
      ...taskIds.map((task) => now.tasks.get(task)?.sessionIds.includes(id) === false),
    ],
  }
}

const note: MakeOperation = ({ token, sessions }) => {
  const session = pick(sessions)
  return (
    session && {
      method: 'POST',
      path: `/api/sessions/${session.id}/timeline`,
      body: { message: token },
      token,
      touches: [session.id],
      evidence: ({ sessions }) => [
        sessions.get(session.id)?.timeline.some(({ message }) => message === token) === true,
      ],
    }
  )
}

/** Adds a task to a session, or takes it out where it is in: both sides, and the queue. */
const toggle: MakeOperation = ({ token, tasks, sessions }) => {
  const [task, session] = [pick(tasks), pick(sessions)]
  if (!task || !session) return undefined
  const known = session.taskIds.includes(task.id)
  return {
    method: known ? 'DELETE' : 'POST',
    path: `/api/sessions/${session.id}/tasks/${task.id}`,
    token,
    touches: [task.id, session.id],
    evidence: (now) => [
      now.sessions.get(session.id)?.taskIds.includes(task.id) === !known,
      now.tasks.get(task.id)?.sessionIds.includes(session.id) === !known,
      now.sessions.get(session.id)?.timeline.length === session.timeline.length + 1,
    ],
  }
}

/** Gives a session other tasks, all at once. */
const replaceTasks: MakeOperation = ({ token, tasks, sessions }) => {
  const session = pick(sessions)
  if (!session) return undefined
  const wanted = randomSubset(tasks, 4).map(({ id }) => id)
  const changed = [...wanted, ...session.taskIds].filter(
    (id) => wanted.includes(id) !== session.taskIds.includes(id),
  )
  return {
    method: 'PATCH',
    path: `/api/sessions/${session.id}`,
    body: { taskIds: wanted, name: token },
    token,
    touches: [session.id, ...changed],
    evidence: (now) => [
      now.sessions.get(session.id)?.name === token,
      ...changed.map((id) => now.tasks.get(id)?.sessionIds.includes(session.id) === wanted.includes(id)),
    ],
  }
}

/** The next step of a queue: an item starts, or ends. */
const step: MakeOperation = ({ project, token }) => {
  const queue = pick([...project.queues.values()])
  const item = queue?.items.find(({ status }) => status === 'processing')
  const next = item ?? queue?.items.find(({ status }) => status === 'queued')
  const session = queue && project.sessions.get(queue.sessionId)
  if (!queue || !next || !session) return undefined
  const [verb, status, word] = item
    ? (pick([
        ['complete', 'completed', 'completed'],
        ['fail', 'failed', 'failed'],
      ] as const) ?? [])
    : (['start', 'processing', 'working'] as const)
  const index = queue.items.indexOf(next)
  return {
    method: 'POST',
    path: `/api/sessions/${session.id}/queue/${verb}`,
    token,
    touches: [session.id, next.taskId],
    evidence: (now) => [
      now.queues.get(session.id)?.items[index]?.status === status,
      now.sessions.get(session.id)?.timeline.length === session.timeline.length + 1,
      ...(project.tasks.get(next.taskId)?.sessionStatus === word
        ? []
        : [now.tasks.get(next.taskId)?.sessionStatus === word]),
    ],
  }
}

const onSessions = [note, toggle, replaceTasks, step]
