// What a client of the crash test sees of its project, and how that may differ after a crash.
import { isDeepStrictEqual } from 'node:util'
import type { Session, Task } from '../contract/http'
import type { Requests } from './requests'

interface Queue {
  sessionId: string
  items: { taskId: string; status: string }[]
}

/** The tasks, sessions and queues of a project, by id. */
export interface ProjectState {
  tasks: Map<string, Task>
  sessions: Map<string, Session>
  queues: Map<string, Queue>
}

export const readProjectState = async (api: Requests, projectId: string): Promise<ProjectState> => {
  const [tasks, sessions] = await Promise.all([
    api.get<Task[]>(`/api/tasks?projectId=${projectId}`),
    api.get<Session[]>(`/api/sessions?projectId=${projectId}`),
  ])
  const queues = await Promise.all(
    sessions
      .filter(({ strategy }) => strategy === 'queue')
      .map(async ({ id }) => (await api.get<{ queue: Queue }>(`/api/sessions/${id}/queue`)).queue),
  )
  return {
    tasks: new Map(tasks.map((task) => [task.id, task])),
    sessions: new Map(sessions.map((session) => [session.id, session])),
    queues: new Map(queues.map((queue) => [queue.sessionId, queue])),
  }
}

/** A request that changes something, and how one sees that it did. */
export interface Operation {
  method: string
  path: string
  body?: object
  /** Names what the request makes: nothing else may appear. */
  token: string
  /** The entities that the request may change or remove. */
  touches: readonly string[]
  /** One by one, what the request changes: after it all are true, and without it none. */
  evidence(now: ProjectState): boolean[]
}

/** What was last seen, and the request that was under way when the server died. */
export interface LastRequest {
  seen: ProjectState
  operation: Operation | undefined
  acknowledged: boolean
}

/** What is wrong with the state after a crash; undefined if it is what was acknowledged, and nothing is half. */
export const explain = (
  { seen, operation, acknowledged }: LastRequest,
  now: ProjectState,
): string | undefined => {
  const evidence = operation?.evidence(now) ?? []
  const what = `${operation?.method} ${operation?.path} ${JSON.stringify(operation?.body)}`
  const happened = evidence.includes(true)
  if (happened && evidence.includes(false)) return `half of ${what}: ${evidence.join()}`
  if (acknowledged && !happened) return `nothing of ${what}, which was acknowledged`
  for (const kind of ['tasks', 'sessions', 'queues'] as const) {
    for (const [id, before] of seen[kind]) {
      if (happened && operation?.touches.includes(id)) continue
      if (!isDeepStrictEqual(now[kind].get(id), before))
        return `${kind} ${id} was ${JSON.stringify(before)}, is ${JSON.stringify(now[kind].get(id))}; under way: ${what}`
    }
    for (const id of now[kind].keys())
      if (!seen[kind].has(id) && !(happened && isCreatedBy(now, id, operation?.token)))
        return `${kind} ${id} comes from nowhere; under way: ${what}`
  }
  return undefined
}

const isCreatedBy = ({ tasks, sessions }: ProjectState, id: string, token: string | undefined) =>
  tasks.get(id)?.title === token || sessions.get(id)?.name === token
