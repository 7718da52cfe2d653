// What must hold of everything that is stored, whatever was done to it, as far as a client can see it.
import { expect } from 'vitest'
import type { Api, Project, Session, Task } from './http'
import type { Queue } from './queue'

/** Everything that a client can read, as lists. */
export interface Everything {
  projects: Project[]
  tasks: Task[]
  sessions: Session[]
  templates: { id: string; isDefault: boolean }[]
  /** By session. */
  queues: Record<string, Queue>
}

export const readEverything = async (api: Api): Promise<Everything> => {
  const sessions = await api.get<Session[]>('/api/sessions')
  const queued = sessions.filter(({ strategy }) => strategy === 'queue')
  const queues = queued.map(async ({ id }) => {
    const { queue } = await api.get<{ queue: Queue }>(`/api/sessions/${id}/queue`)
    return [id, queue] as const
  })
  return {
    projects: await api.get('/api/projects'),
    tasks: await api.get('/api/tasks'),
    sessions,
    templates: await api.get('/api/templates'),
    queues: Object.fromEntries(await Promise.all(queues)),
  }
}

/** Fails if a relation has one side only, a reference leads nowhere, or a queue contradicts itself. */
export const expectConsistent = ({ projects, tasks, sessions, queues }: Everything): void => {
  const task = new Map(tasks.map((each) => [each.id, each]))
  const session = new Map(sessions.map((each) => [each.id, each]))
  const project = new Set(projects.map(({ id }) => id))
  const wrong: string[] = []
  const must = (holds: boolean | undefined, what: string) => void (holds || wrong.push(what))

  for (const { id, projectId, parentId, sessionIds, dependencies } of tasks) {
    must(project.has(projectId), `${id} is in a project that exists`)
    must(
      parentId === null || task.get(parentId)?.projectId === projectId,
      `${id} has a parent in its project`,
    )
    for (const each of sessionIds) must(session.get(each)?.taskIds.includes(id), `${each} has ${id} too`)
    for (const each of dependencies) must(task.has(each), `${id} depends on ${each}, which exists`)
    must(new Set(sessionIds).size === sessionIds.length, `${id} has each session once`)
    must(!reaches(id, (each) => [task.get(each)?.parentId ?? []].flat()), `${id} is no ancestor of itself`)
    must(!reaches(id, (each) => task.get(each)?.dependencies ?? []), `${id} does not wait for itself`)
  }
  for (const { id, projectId, taskIds, status, completedAt } of sessions) {
    must(project.has(projectId), `${id} is in a project that exists`)
    for (const each of taskIds)
      must(!task.has(each) || task.get(each)?.sessionIds.includes(id), `${each} has ${id} too`)
    must(new Set(taskIds).size === taskIds.length, `${id} has each task once`)
    const ended = ['completed', 'failed', 'stopped'].includes(status)
    must(ended === (completedAt !== null), `${id} has ended when it says so`)
  }
  for (const [id, { sessionId, items, currentIndex }] of Object.entries(queues)) {
    must(sessionId === id, `${id} has its own queue`)
    const inProcessing = items.flatMap(({ status }, index) => (status === 'processing' ? [index] : []))
    must(inProcessing.length <= 1 && currentIndex === (inProcessing[0] ?? -1), `${id} works on what it says`)
    for (const { taskId, status } of items)
      if (status === 'queued' || status === 'processing')
        must(task.get(taskId)?.sessionIds.includes(id), `${id} hands out ${taskId}, which is its task`)
  }
  expect(wrong).toEqual([])
}

/** Fails if an entity that is in a list cannot be read by its id, or reads otherwise. */
export const expectReadable = async (api: Api, { projects, tasks, sessions, templates }: Everything) => {
  for (const [kind, entities] of Object.entries({ projects, tasks, sessions, templates }))
    expect(await Promise.all(entities.map(({ id }) => api.get(`/api/${kind}/${id}`)))).toEqual(entities)
}

/** Whether steps from a start lead back to it. */
const reaches = (start: string, next: (id: string) => readonly string[]): boolean => {
  const seen = new Set<string>()
  const open = [...next(start)]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === start) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...next(id))
  }
  return false
}
