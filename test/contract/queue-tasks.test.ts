// Tasks that come into a queue's session, or leave it, by another way than the queue's own requests.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { ended, leftOut, queueOf, started, waiting } from './queue'
import { connect } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
let one: Task
let two: Task
let session: Session
let queue: ReturnType<typeof queueOf>
beforeEach(async () => {
  project = await api.project()
  one = await api.task(project.id, { title: 'one' })
  two = await api.task(project.id, { title: 'two' })
  session = await api.session(project.id, [one.id], { strategy: 'queue' })
  queue = queueOf(api, session.id)
})

const readTask = ({ id }: Task) => api.get<Task>(`/api/tasks/${id}`)
const items = async () => (await queue.read()).items
const timeline = async () => (await api.get<Session>(`/api/sessions/${session.id}`)).timeline
const sessionPath = () => `/api/sessions/${session.id}`
const queued = (task: Task) => ({ type: 'progress', message: 'Task queued', taskId: task.id })

describe.each([
  ['POST of the task', () => api.ok('POST', `${sessionPath()}/tasks/${two.id}`)],
  ['PATCH with taskIds', () => api.ok('PATCH', sessionPath(), { taskIds: [two.id, one.id] })],
  ['PATCH with sessionIds', () => api.ok('PATCH', `/api/tasks/${two.id}`, { sessionIds: [session.id] })],
])('a task that comes by %s', (_, come) => {
  it('is queued at the end, as by a push', async () => {
    await come()
    expect(await items()).toEqual([waiting(one), waiting(two)])
    expect(await timeline()).toMatchObject([queued(two)])
    expect(await readTask(two)).toMatchObject({ sessionStatus: 'queued', sessionIds: [session.id] })
  })

  it('is not queued again by a second time', async () => {
    await come()
    await queue.run('skip')
    await queue.run('skip')
    await come()
    expect(await items()).toEqual([leftOut(one), leftOut(two)])
  })

  it('is heard of in the room of queues', async () => {
    const socket = await connect(target.url, { path: '/?rooms=queues' })
    await come()
    expect(await socket.next()).toMatchObject({
      type: 'queue:updated',
      data: { sessionId: session.id, queue: { items: [waiting(one), waiting(two)] } },
    })
    await socket.close()
  })
})

describe.each([
  ['DELETE from the session', () => api.ok('DELETE', `${sessionPath()}/tasks/${one.id}`)],
  ['PATCH with taskIds', () => api.ok('PATCH', sessionPath(), { taskIds: [two.id] })],
  ['PATCH with sessionIds', () => api.ok('PATCH', `/api/tasks/${one.id}`, { sessionIds: [] })],
])('a task that leaves by %s', (_, leave) => {
  beforeEach(() => api.ok('POST', `${sessionPath()}/tasks/${two.id}`))

  it('while it waits is skipped, and never handed out', async () => {
    await leave()
    expect(await items()).toEqual([leftOut(one), waiting(two)])
    expect(await readTask(one)).toMatchObject({ sessionStatus: 'skipped', sessionIds: [] })
    expect(await queue.run('start')).toMatchObject({ item: { taskId: two.id } })
  })

  it('while it is worked on fails, and makes room for the next', async () => {
    await queue.run('start')
    await leave()
    const failed = { ...ended(one, 'failed'), failReason: 'Task removed from session' }
    expect(await queue.read()).toMatchObject({ items: [failed, waiting(two)], currentIndex: -1 })
    expect(await readTask(one)).toMatchObject({ sessionStatus: 'failed', sessionIds: [] })
    expect(await queue.run('start')).toMatchObject({ item: started(two) })
  })

  it('after it ended changes nothing of that', async () => {
    await queue.run('start')
    await queue.run('complete')
    const before = await queue.read()
    await leave()
    expect(await queue.read()).toEqual(before)
    expect(await readTask(one)).toMatchObject({ sessionStatus: 'completed', sessionIds: [] })
  })

  it('can come back, as a new item', async () => {
    await leave()
    await queue.run('push', { taskId: one.id })
    expect(await items()).toEqual([leftOut(one), waiting(two), waiting(one)])
  })
})

it('a task that another session works on keeps what that one says of it', async () => {
  const other = await api.session(project.id, [one.id], { strategy: 'queue' })
  await queueOf(api, other.id).run('start')
  await api.ok('DELETE', `${sessionPath()}/tasks/${one.id}`)
  expect(await items()).toEqual([leftOut(one)])
  expect(await readTask(one)).toMatchObject({ sessionStatus: 'working', sessionIds: [other.id] })
})

describe('the deletion of a task', () => {
  beforeEach(() => queue.run('push', { taskId: two.id }))

  it('skips it where it waits, and fails it where it is worked on, in every queue', async () => {
    const other = await api.session(project.id, [one.id], { strategy: 'queue' })
    await queueOf(api, other.id).run('start')
    await api.ok('DELETE', `/api/tasks/${one.id}`)
    expect(await items()).toEqual([leftOut(one), waiting(two)])
    const failed = { ...ended(one, 'failed'), failReason: 'Task deleted' }
    expect(await queueOf(api, other.id).read()).toMatchObject({ items: [failed], currentIndex: -1 })
  })

  it('leaves what it ended as', async () => {
    await queue.run('start')
    await queue.run('complete')
    const before = await queue.read()
    await api.ok('DELETE', `/api/tasks/${one.id}`)
    expect(await queue.read()).toEqual(before)
  })

  it('is told to the queue with the reason, and then as a deletion', async () => {
    await queue.run('start')
    const socket = await connect(target.url, { path: '/?rooms=all,queues' })
    await api.ok('DELETE', `/api/tasks/${one.id}`)
    await socket.waitFor(({ type }) => type === 'task:deleted')
    const reason = 'Task deleted'
    expect(socket.messages).toMatchObject([
      { type: 'session:task_removed' },
      { type: 'task:session_removed' },
      { type: 'queue:item_failed', data: { item: { taskId: one.id, failReason: reason }, reason } },
      { type: 'queue:updated', data: { queue: { currentIndex: -1 } } },
      { type: 'task:deleted', data: { id: one.id } },
    ])
    await socket.close()
  })

  it('leaves a queue that goes on', async () => {
    await api.ok('DELETE', `/api/tasks/${one.id}`)
    expect(await queue.run('start')).toMatchObject({ item: started(two) })
    await api.ok('DELETE', `/api/tasks/${two.id}`)
    expect(await queue.run('start')).toMatchObject({ item: null, empty: true })
    expect(await queue.get()).toMatchObject({ stats: { total: 2, failed: 1, skipped: 1 } })
  })
})

it('two hundred tasks that come at once do not send everybody the whole queue two hundred times', async () => {
  const tasks = await Promise.all(Array.from({ length: 200 }, () => api.task(project.id)))
  const socket = await connect(target.url, { path: '/?rooms=all,queues' })
  await api.ok('PATCH', sessionPath(), { taskIds: tasks.map(({ id }) => id) })
  const mark = await api.project()
  await socket.waitFor(({ data }) => JSON.stringify(data) === JSON.stringify(mark))
  const count = (name: string) => socket.messages.filter(({ type }) => type === name).length
  expect([count('session:updated'), count('queue:updated'), count('task:updated')]).toEqual([1, 1, 201])
  await socket.close()
})
