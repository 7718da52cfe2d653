import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const read = (task: Task) => api.get<Task>(`/api/tasks/${task.id}`)
const remove = (task: Task) => api.request('DELETE', `/api/tasks/${task.id}`)
const notFound = refusal(404, 'TASK_NOT_FOUND', 'Task not found')

describe('deleting a task', () => {
  it('answers with its id, and it is gone', async () => {
    const task = await api.task(project.id)
    const { status, body } = await remove(task)
    expect({ status, body }).toEqual({ status: 200, body: { success: true, id: task.id } })
    expect(await api.request('GET', `/api/tasks/${task.id}`)).toMatchObject(notFound)
    expect((await api.get<Task[]>('/api/tasks')).map(({ id }) => id)).not.toContain(task.id)
  })

  it('answers TASK_NOT_FOUND the second time', async () => {
    const task = await api.task(project.id)
    await remove(task)
    expect(await remove(task)).toMatchObject(notFound)
  })

  it('takes it out of every session, and leaves their other tasks', async () => {
    const task = await api.task(project.id)
    const other = await api.task(project.id)
    const sessions = [
      await api.session(project.id, [task.id, other.id]),
      await api.session(project.id, [task.id]),
    ]
    await remove(task)

    const after = await Promise.all(sessions.map(({ id }) => api.get<Session>(`/api/sessions/${id}`)))
    expect(after.map(({ taskIds }) => taskIds)).toEqual([[other.id], []])
    for (const { timeline } of after) {
      expect(timeline).toMatchObject([{ type: 'progress', taskId: task.id, message: expect.any(String) }])
    }
    expect((await read(other)).sessionIds).toEqual([sessions[0]?.id])
    expect(await api.get(`/api/sessions?taskId=${task.id}`)).toEqual([])
  })

  it('takes it out of what other tasks wait for', async () => {
    const task = await api.task(project.id)
    const other = await api.task(project.id)
    const waiting = await api.task(project.id, { dependencies: [other.id, task.id] })
    await remove(task)
    expect((await read(waiting)).dependencies).toEqual([other.id])
  })

  it('moves its children up to its own parent', async () => {
    const top = await api.task(project.id)
    const middle = await api.task(project.id, { parentId: top.id })
    const child = await api.task(project.id, { parentId: middle.id })
    const grandchild = await api.task(project.id, { parentId: child.id })
    await remove(middle)
    expect((await read(child)).parentId).toBe(top.id)
    expect((await read(grandchild)).parentId).toBe(child.id)
    expect((await api.get<Task[]>(`/api/tasks/${top.id}/children`)).map(({ id }) => id)).toEqual([child.id])
  })

  it('makes root tasks of the children of a root task', async () => {
    const root = await api.task(project.id)
    const child = await api.task(project.id, { parentId: root.id })
    await remove(root)
    expect((await read(child)).parentId).toBeNull()
  })

  it('does all of it at once for a child that also waited for it', async () => {
    const task = await api.task(project.id)
    const child = await api.task(project.id, { parentId: task.id, dependencies: [task.id] })
    await remove(task)
    expect(await read(child)).toMatchObject({ parentId: null, dependencies: [] })
  })

  it('lets its place in a circle be taken anew: what was forbidden by it is allowed after it', async () => {
    const first = await api.task(project.id)
    const between = await api.task(project.id, { dependencies: [first.id] })
    const last = await api.task(project.id, { dependencies: [between.id] })
    await remove(between)
    const freed = await api.ok<Task>('PATCH', `/api/tasks/${first.id}`, { dependencies: [last.id] })
    expect(freed.dependencies).toEqual([last.id])
  })
})
