import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { ended, leftOut, queueOf, started } from './queue'
import { connect } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

/** A change of this project marks the end of what is listened to. */
const marker = await api.project({ name: 'marker' })
const everything = 'all,queues'

/** What connections to some rooms get because of `action`: for each `[event, data]`, in order. `''`: a plain one. */
const heard = async (rooms: string[], action: () => Promise<unknown>): Promise<[string, unknown][][]> => {
  const paths = rooms.map((names) => (names === '' ? '/' : `/?rooms=${names},project:${marker.id}`))
  const sockets = await Promise.all(paths.map((path) => connect(target.url, { path })))
  await action()
  const mark = await api.ok<Project>('PUT', `/api/projects/${marker.id}`, { name: crypto.randomUUID() })
  const messages = sockets.map(async (socket) => {
    const last = await socket.waitFor(({ data }) => JSON.stringify(data) === JSON.stringify(mark))
    await socket.close()
    return socket.messages.slice(0, socket.messages.indexOf(last))
  })
  const expected = await Promise.all(messages)
  return expected.map((list) => list.map(({ type, data }) => [type, data]))
}

let project: Project
let one: Task
let two: Task
let session: Session
let queue: ReturnType<typeof queueOf>
beforeEach(async () => {
  project = await api.project()
  one = await api.task(project.id, { title: 'one' })
  two = await api.task(project.id, { title: 'two' })
  session = await api.session(project.id, [one.id, two.id], { strategy: 'queue' })
  queue = queueOf(api, session.id)
})

const readTask = ({ id }: Task) => api.get<Task>(`/api/tasks/${id}`)
const readSession = (id = session.id) => api.get<Session>(`/api/sessions/${id}`)
const pair = (sessionId: string, { id }: Task) => [
  ['session:task_added', { sessionId, taskId: id }],
  ['task:session_added', { taskId: id, sessionId }],
]
const entry = (fields: object) => ({ id: expect.any(String), timestamp: expect.any(Number), ...fields })

/** What is announced after the item's own event, in this order, each with what is stored now. */
const followingEvents = async (task: Task) => [
  ['queue:updated', { sessionId: session.id, queue: await queue.read() }],
  ['task:updated', await readTask(task)],
  ['session:updated', await readSession()],
]
const ofQueue = ([type]: unknown[]) => String(type).startsWith('queue:')
const ofSession = ([type]: unknown[]) => String(type).startsWith('session:')

describe('a queue that is made with its session', () => {
  it('is announced after the session, then each of its tasks', async () => {
    const taskIds = [two.id, 'task_none', one.id]
    const [all, plain] = await heard([everything, ''], async () => {
      session = await api.session(project.id, taskIds, { strategy: 'queue' })
    })
    queue = queueOf(api, session.id)
    const expected = [
      ['session:created', session],
      ...pair(session.id, two),
      ...pair(session.id, one),
      ['queue:created', { sessionId: session.id, queue: await queue.read() }],
      ['task:updated', await readTask(two)],
      ['task:updated', await readTask(one)],
    ]
    expect(all).toEqual(expected)
    expect(plain).toEqual(expected.filter((event) => !ofQueue(event)))
    expect([await readTask(one), await readTask(two)]).toMatchObject([
      { sessionStatus: 'queued', status: 'todo' },
      { sessionStatus: 'queued', status: 'todo' },
    ])
    expect(session.timeline).toEqual([])
  })

  it('by a spawn: after session:spawn and the pairs', async () => {
    const body = { projectId: project.id, taskIds: [one.id, two.id], strategy: 'queue' }
    let spawned = { session }
    const [all] = await heard([everything], async () => {
      spawned = await api.ok('POST', '/api/sessions/spawn', body)
    })
    const { id } = spawned.session
    expect(all?.[0]).toMatchObject(['session:spawn', { session: { id } }])
    expect(all?.slice(1)).toEqual([
      ...pair(id, one),
      ...pair(id, two),
      ['queue:created', { sessionId: id, queue: await queueOf(api, id).read() }],
      ['task:updated', await readTask(one)],
      ['task:updated', await readTask(two)],
    ])
    expect((await readSession(id)).timeline).toEqual([entry({ type: 'session_started' })])
  })
})

describe.each([
  ['start', undefined, 'queue:item_started', 'working', { type: 'task_started' }],
  ['complete', undefined, 'queue:item_completed', 'completed', { type: 'task_completed' }],
  [
    'fail',
    { reason: 'It rained' },
    'queue:item_failed',
    'failed',
    { type: 'task_failed', message: 'It rained' },
  ],
  ['fail', undefined, 'queue:item_failed', 'failed', { type: 'task_failed' }],
  ['skip', undefined, 'queue:item_skipped', 'skipped', { type: 'task_skipped' }],
] as const)('%s %j', (operation, body, event, sessionStatus, timelineEntry) => {
  it('tells everybody what they asked for, the task its status, the session its timeline', async () => {
    if (operation !== 'start') await queue.run('start')
    const [before, other] = [await readSession(), await readTask(two)]
    const rooms = [everything, '', 'queues', `session:${session.id}`, `task:${one.id}`, 'templates']
    const [all, plain, queues, ofThis, ofTask, none] = await heard(rooms, () => queue.run(operation, body))

    const [item] = (await queue.read()).items
    expect(item).toMatchObject(operation === 'start' ? started(one) : ended(one, sessionStatus))
    const reason = event === 'queue:item_failed' ? { reason: body?.reason ?? null } : {}
    const expected = [[event, { sessionId: session.id, item, ...reason }], ...(await followingEvents(one))]
    expect(all).toEqual(expected)
    expect(plain).toEqual(expected.slice(2))
    expect(queues).toEqual(expected.slice(0, 2))
    expect(ofThis?.filter((message) => ofQueue(message) || ofSession(message))).toEqual([
      expected[0],
      expected[1],
      expected[3],
    ])
    expect(ofTask).toEqual(expect.arrayContaining([expected[0], expected[2]]))
    expect(none).toEqual([])

    expect(await readTask(one)).toMatchObject({ sessionStatus, status: 'todo', startedAt: null })
    expect(await readTask(two)).toEqual(other)
    const { timeline, lastActivity } = await readSession()
    expect(timeline).toEqual([...before.timeline, entry({ ...timelineEntry, taskId: one.id })])
    expect(lastActivity).toBe(timeline.at(-1)?.timestamp)
  })
})

it('skip of what waits tells the same', async () => {
  const [all] = await heard([everything], () => queue.run('skip'))
  const [item] = (await queue.read()).items
  expect(item).toEqual(leftOut(one))
  expect(all).toEqual([
    ['queue:item_skipped', { sessionId: session.id, item }],
    ...(await followingEvents(one)),
  ])
  expect(await readTask(one)).toMatchObject({ sessionStatus: 'skipped' })
})

it('start of an empty queue tells nothing', async () => {
  await queue.run('skip')
  await queue.run('skip')
  expect(await heard([everything], () => queue.run('start'))).toEqual([[]])
})

describe('push', () => {
  it('tells of the association, then of the queue', async () => {
    const three = await api.task(project.id)
    const [all, plain, queues] = await heard([everything, '', 'queues'], () =>
      queue.run('push', { taskId: three.id }),
    )
    const expected = [...pair(session.id, three), ...(await followingEvents(three))]
    expect(all).toEqual(expected)
    expect(plain).toEqual(expected.filter((event) => !ofQueue(event)))
    expect(queues).toEqual(expected.filter(ofQueue))
    expect(await readTask(three)).toMatchObject({ sessionStatus: 'queued', sessionIds: [session.id] })
    const queued = { type: 'progress', message: 'Task queued', taskId: three.id }
    expect((await readSession()).timeline).toEqual([entry(queued)])
  })

  it('of a task that is in the session already tells no association', async () => {
    await queue.run('start')
    await queue.run('complete')
    const [all] = await heard([everything], () => queue.run('push', { taskId: one.id }))
    expect(all).toEqual(await followingEvents(one))
    expect(await readTask(one)).toMatchObject({ sessionStatus: 'queued', sessionIds: [session.id] })
  })
})

it('the deletion of a session tells of its tasks and of itself, and of no queue', async () => {
  const [all] = await heard([everything], () => api.ok('DELETE', `/api/sessions/${session.id}`))
  expect(all?.map(([type]) => type)).toEqual([
    ...['session:task_removed', 'task:session_removed', 'session:task_removed', 'task:session_removed'],
    // What said that the session works on it says so no more.
    ...['task:updated', 'task:updated'],
    'session:deleted',
  ])
})
