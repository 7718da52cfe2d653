import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const readSession = (id: string) => api.get<Session>(`/api/sessions/${id}`)
const readTask = (id: string) => api.get<Task>(`/api/tasks/${id}`)
const path = (session: { id: string }, task: { id: string }) => `/api/sessions/${session.id}/tasks/${task.id}`
const nothing = { id: 'none' }

describe('adding a task to a session', () => {
  it('answers the session, and both sides know of it', async () => {
    const [session, task] = [await api.session(project.id), await api.task(project.id)]
    const { status, body } = await api.request<Session>('POST', path(session, task))
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: session.id, taskIds: [task.id] })
    expect(body.timeline).toMatchObject([{ type: 'task_started', taskId: task.id }])
    expect(await readSession(session.id)).toEqual(body)
    expect((await readTask(task.id)).sessionIds).toEqual([session.id])
  })

  it('takes a task of another project', async () => {
    const other = await api.project()
    const [session, task] = [await api.session(project.id), await api.task(other.id)]
    await api.ok('POST', path(session, task))
    expect((await readTask(task.id)).sessionIds).toEqual([session.id])
  })

  it('changes nothing the second time', async () => {
    const [session, task] = [await api.session(project.id), await api.task(project.id)]
    const first = await api.ok<Session>('POST', path(session, task))
    const associated = await readTask(task.id)
    expect(await api.request('POST', path(session, task))).toMatchObject({ status: 200, body: first })
    expect(await readSession(session.id)).toEqual(first)
    expect(await readTask(task.id)).toEqual(associated)
  })

  it('is refused when either is not there', async () => {
    const [session, task] = [await api.session(project.id), await api.task(project.id)]
    expect(await api.request('POST', path(nothing, task))).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    expect(await api.request('POST', path(session, nothing))).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Task not found'),
    )
    expect(await readSession(session.id)).toEqual(session)
    expect(await readTask(task.id)).toEqual(task)
  })
})

describe('removing a task from a session', () => {
  it('answers the session, and neither side knows of it any more', async () => {
    const [one, two] = [await api.task(project.id), await api.task(project.id)]
    const session = await api.session(project.id, [one.id, two.id])
    const { status, body } = await api.request<Session>('DELETE', path(session, one))
    expect(status).toBe(200)
    expect(body.taskIds).toEqual([two.id])
    expect(body.timeline).toMatchObject([
      { type: 'progress', taskId: one.id, message: expect.stringMatching(/remove/i) },
    ])
    expect(await readSession(session.id)).toEqual(body)
    expect((await readTask(one.id)).sessionIds).toEqual([])
    expect((await readTask(two.id)).sessionIds).toEqual([session.id])
  })

  it('changes nothing when it was not there', async () => {
    const [session, task] = [await api.session(project.id), await api.task(project.id)]
    expect(await api.request('DELETE', path(session, task))).toMatchObject({ status: 200, body: session })
    expect(await readSession(session.id)).toEqual(session)
    expect(await readTask(task.id)).toEqual(task)
  })

  it('is refused when the session or the task is not there', async () => {
    const [session, task] = [await api.session(project.id), await api.task(project.id)]
    expect(await api.request('DELETE', path(nothing, task))).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    expect(await api.request('DELETE', path(session, nothing))).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Task not found'),
    )
  })
})

describe('taskIds in an update', () => {
  it('replace the tasks on both sides, each once, and the timeline tells', async () => {
    const [leaving, staying, coming] = [
      await api.task(project.id),
      await api.task(project.id),
      await api.task(project.id),
    ]
    const session = await api.session(project.id, [leaving.id, staying.id])
    const taskIds = [coming.id, staying.id, coming.id]
    const updated = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, { taskIds })

    expect(new Set(updated.taskIds)).toEqual(new Set(taskIds))
    expect(updated.taskIds).toHaveLength(2)
    expect((await readTask(leaving.id)).sessionIds).toEqual([])
    expect(await readTask(staying.id)).toMatchObject({ sessionIds: [session.id] })
    expect((await readTask(coming.id)).sessionIds).toEqual([session.id])
    const told = updated.timeline.map(({ type, taskId }) => `${type} ${taskId}`).sort()
    expect(told).toEqual([`progress ${leaving.id}`, `task_started ${coming.id}`])
  })

  it('may name a task that does not exist: kept, associated with nothing', async () => {
    const session = await api.session(project.id)
    const updated = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, { taskIds: ['task_none'] })
    expect(updated.taskIds).toEqual(['task_none'])
  })

  it('change nothing when they are the same', async () => {
    const task = await api.task(project.id)
    const session = await api.session(project.id, [task.id])
    const updated = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, { taskIds: [task.id] })
    expect(updated.timeline).toEqual([])
    expect((await readTask(task.id)).sessionIds).toEqual([session.id])
  })
})

describe('many clients at once', () => {
  it('lose no task that was added to one session', async () => {
    const session = await api.session(project.id)
    const tasks = await Promise.all(Array.from({ length: 25 }, () => api.task(project.id)))
    await Promise.all(tasks.map((task) => api.ok('POST', path(session, task))))
    const { taskIds, timeline } = await readSession(session.id)
    expect(new Set(taskIds)).toEqual(new Set(tasks.map(({ id }) => id)))
    expect(timeline).toHaveLength(25)
  })

  it('lose no session that was given one task', async () => {
    const task = await api.task(project.id)
    const sessions = await Promise.all(Array.from({ length: 25 }, () => api.session(project.id, [task.id])))
    expect(new Set((await readTask(task.id)).sessionIds)).toEqual(new Set(sessions.map(({ id }) => id)))
  })

  it('lose neither of two changes to different fields of one task', async () => {
    const { id } = await api.task(project.id)
    const changes = [{ title: 'new' }, { description: 'new' }, { priority: 'high' }, { initialPrompt: 'new' }]
    await Promise.all(changes.map((fields) => api.ok('PATCH', `/api/tasks/${id}`, fields)))
    expect(await readTask(id)).toMatchObject(Object.assign({}, ...changes))
  })

  it('never leave the two sides apart, whatever is added, removed, replaced and deleted', async () => {
    const tasks = await Promise.all(Array.from({ length: 4 }, () => api.task(project.id)))
    const sessions = await Promise.all(Array.from({ length: 4 }, () => api.session(project.id)))
    const pairs = sessions.flatMap((session) => tasks.map((task) => ({ session, task })))
    const [doomedTask, doomedSession] = [tasks[0] ?? nothing, sessions[0] ?? nothing]
    await Promise.all([
      ...pairs.map(({ session, task }) => api.request('POST', path(session, task))),
      ...pairs.map(({ session, task }) => api.request('DELETE', path(session, task))),
      ...tasks.map(({ id }) => api.request('PATCH', `/api/tasks/${id}`, { sessionIds: [doomedSession.id] })),
      ...pairs.map(({ session, task }) => api.request('POST', path(session, task))),
      api.request('DELETE', `/api/tasks/${doomedTask.id}`),
      api.request('DELETE', `/api/sessions/${doomedSession.id}`),
    ])
    const left = {
      sessions: await Promise.all(sessions.slice(1).map(({ id }) => readSession(id))),
      tasks: await Promise.all(tasks.slice(1).map(({ id }) => readTask(id))),
    }
    const seenBySessions = left.sessions.flatMap(({ id, taskIds }) =>
      taskIds.map((taskId) => `${id} ${taskId}`),
    )
    const seenByTasks = left.tasks.flatMap(({ id, sessionIds }) =>
      sessionIds.map((session) => `${session} ${id}`),
    )
    expect(seenBySessions.sort()).toEqual(seenByTasks.sort())
  })
})
