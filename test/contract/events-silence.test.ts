import { afterAll, describe, expect, it } from 'vitest'
import { client, type Task } from './http'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
const socket = await connect(target.url)
afterAll(async () => {
  await socket.close()
  await target.stop()
})

const project = await api.project()
const task = await api.task(project.id)
const other = await api.task(project.id, { dependencies: [task.id] })
const session = await api.session(project.id, [task.id])

const core = [
  ...['project:created', 'project:updated', 'project:deleted'],
  ...['task:created', 'task:updated', 'task:deleted', 'task:session_added', 'task:session_removed'],
  ...['session:created', 'session:updated', 'session:spawn', 'session:deleted'],
  ...['session:task_added', 'session:task_removed'],
]

describe('nothing is sent', () => {
  it('by a read', async () => {
    const paths = [
      ...['/health', '/ws-status', '/api/projects', '/api/tasks', '/api/sessions'],
      ...[`/api/projects/${project.id}`, `/api/tasks/${task.id}`, `/api/tasks/${task.id}/children`],
      `/api/sessions/${session.id}`,
    ]
    const events = await heardDuring(socket, api, () => Promise.all(paths.map((path) => api.get(path))))
    expect(events).toEqual([])
  })

  const spawn = { projectId: project.id, taskIds: [task.id] }
  it.each([
    ['POST', '/api/projects', {}],
    ['PUT', `/api/projects/${project.id}`, { name: '' }],
    ['PUT', '/api/projects/proj_none', { name: 'x' }],
    ['DELETE', `/api/projects/${project.id}`, undefined],
    ['POST', '/api/tasks', { projectId: 'proj_none', title: 'x' }],
    ['POST', '/api/tasks', { projectId: project.id, title: 'x', dependencies: ['task_none'] }],
    ['PATCH', `/api/tasks/${task.id}`, { dependencies: [other.id], title: 'new' }],
    ['PATCH', `/api/tasks/${task.id}`, { parentId: task.id, sessionIds: [] }],
    ['DELETE', '/api/tasks/task_none', undefined],
    ['POST', `/api/tasks/${task.id}/timeline`, { message: 'm', sessionId: 'sess_none' }],
    ['POST', '/api/sessions', { projectId: project.id, taskIds: [task.id], id: session.id }],
    ['POST', '/api/sessions', { projectId: 'proj_none', taskIds: [task.id] }],
    ['PATCH', `/api/sessions/${session.id}`, { taskIds: [], status: 'asleep' }],
    ['PATCH', `/api/sessions/${session.id}`, { events: [{ type: 'x' }, {}] }],
    ['DELETE', '/api/sessions/sess_none', undefined],
    ['POST', `/api/sessions/${session.id}/events`, {}],
    ['POST', `/api/sessions/${session.id}/timeline`, {}],
    ['POST', `/api/sessions/${session.id}/tasks/task_none`, undefined],
    ['POST', `/api/sessions/sess_none/tasks/${task.id}`, undefined],
    ['DELETE', `/api/sessions/sess_none/tasks/${task.id}`, undefined],
    ['POST', '/api/sessions/spawn', { ...spawn, role: 'boss' }],
    ['POST', '/api/sessions/spawn', { ...spawn, taskIds: [task.id, 'task_none'] }],
    ['POST', '/api/sessions/spawn', { ...spawn, spawnSource: 'session', sessionId: 'sess_none' }],
  ])('by a request that fails: %s %s %j', async (method, path, body) => {
    const events = await heardDuring(socket, api, async () => {
      const { status } = await api.request(method, path, body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    })
    expect(events).toEqual([])
  })

  it('by adding a task that is there, or removing one that is not', async () => {
    const events = await heardDuring(socket, api, async () => {
      await api.ok('POST', `/api/sessions/${session.id}/tasks/${task.id}`)
      await api.ok('DELETE', `/api/sessions/${session.id}/tasks/${other.id}`)
    })
    expect(events).toEqual([])
  })

  it('beyond the update itself, by lists that name what is associated already', async () => {
    const events = await heardDuring(socket, api, async () => {
      await api.ok('PATCH', `/api/sessions/${session.id}`, { taskIds: [task.id] })
      await api.ok('PATCH', `/api/tasks/${task.id}`, { sessionIds: [session.id] })
    })
    expect(events.filter(({ type }) => type.includes('_added') || type.includes('_removed'))).toEqual([])
  })
})

describe('messages', () => {
  it('come as an envelope that names the event twice and says when it was sent', async () => {
    const before = Date.now()
    const events = await heardDuring(socket, api, async () => {
      const { id } = await api.session(project.id, [task.id, other.id])
      await api.ok('DELETE', `/api/sessions/${id}`)
    })
    expect(events).toHaveLength(10)
    for (const message of events) {
      expect(message).toEqual({
        type: message.type,
        event: message.type,
        data: expect.any(Object),
        timestamp: expect.any(Number),
      })
      expect(Number.isInteger(message.timestamp)).toBe(true)
      expect(message.timestamp).toBeGreaterThanOrEqual(before)
      expect(message.timestamp).toBeLessThanOrEqual(Date.now())
    }
  })

  it('are none but the 14 core events, also when queues and templates change', async () => {
    const worker = { name: 't', role: 'worker', content: 'c' }
    const events = await heardDuring(socket, api, async () => {
      await api.session(project.id, [task.id], { strategy: 'queue' })
      await api.request('POST', '/api/templates', worker)
    })
    expect(events.map(({ type }) => type)).toContain('session:created')
    for (const { type } of socket.messages) expect(core).toContain(type)
  })

  it('reach every connection, in the same order, when many clients write at once', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => connect(target.url)))
    const titles = Array.from({ length: 30 }, (_, n) => `title ${n}`)
    const events = await heardDuring(socket, api, () =>
      Promise.all(titles.map((title) => api.ok('PATCH', `/api/tasks/${task.id}`, { title }))),
    )
    expect(events.map(({ data }) => data)).toHaveLength(30)
    // The last that is heard is what is stored: a client that shows it shows the truth.
    expect(events.at(-1)?.data).toEqual(await api.get<Task>(`/api/tasks/${task.id}`))
    const updates = events.map(({ data }) => data)
    for (const one of others) {
      await one.waitFor(({ data }) => JSON.stringify(data) === JSON.stringify(updates.at(-1)))
      expect(one.messages.filter(({ type }) => type === 'task:updated').map(({ data }) => data)).toEqual(
        updates,
      )
      await one.close()
    }
  })
})
