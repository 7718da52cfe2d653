import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
const socket = await connect(target.url)
afterAll(async () => {
  await socket.close()
  await target.stop()
})

/** What a plain connection hears because of `action`: `[event, data]`, in order. */
const heard = async (action: () => Promise<unknown>) =>
  (await heardDuring(socket, api, action)).map(({ type, data }) => [type, data])
const added = (session: { id: string }, task: { id: string }) => [
  ['session:task_added', { sessionId: session.id, taskId: task.id }],
  ['task:session_added', { taskId: task.id, sessionId: session.id }],
]
const removed = (session: { id: string }, task: { id: string }) => [
  ['session:task_removed', { sessionId: session.id, taskId: task.id }],
  ['task:session_removed', { taskId: task.id, sessionId: session.id }],
]
const read = <T>(kind: string, { id }: { id: string }) => api.get<T>(`/api/${kind}/${id}`)

let project: Project
let one: Task
let two: Task
beforeEach(async () => {
  project = await api.project()
  one = await api.task(project.id, { title: 'one' })
  two = await api.task(project.id, { title: 'two' })
})

describe('projects', () => {
  it('POST, PUT and DELETE', async () => {
    let made = project
    expect(await heard(async () => (made = await api.project()))).toEqual([['project:created', made]])
    const path = `/api/projects/${made.id}`
    expect(await heard(async () => (made = await api.ok('PUT', path, { name: 'new' })))).toEqual([
      ['project:updated', made],
    ])
    expect(await heard(() => api.ok('DELETE', path))).toEqual([['project:deleted', { id: made.id }]])
  })
})

describe('tasks', () => {
  it('POST and PATCH', async () => {
    let task = one
    expect(await heard(async () => (task = await api.task(project.id)))).toEqual([['task:created', task]])
    const path = `/api/tasks/${task.id}`
    expect(await heard(async () => (task = await api.ok('PATCH', path, { title: 'new' })))).toEqual([
      ['task:updated', task],
    ])
  })

  it('PATCH with sessionIds: the update, then a pair for each session that comes or goes', async () => {
    const [leaving, staying] = [
      await api.session(project.id, [one.id]),
      await api.session(project.id, [one.id]),
    ]
    const coming = await api.session(project.id)
    const events = await heard(() =>
      api.ok('PATCH', `/api/tasks/${one.id}`, { sessionIds: [staying.id, coming.id], title: 'new' }),
    )
    const [update, ...pairs] = events
    expect(update).toEqual(['task:updated', await read('tasks', one)])
    expect([
      [...added(coming, one), ...removed(leaving, one)],
      [...removed(leaving, one), ...added(coming, one)],
    ]).toContainEqual(pairs)
  })

  it('POST timeline: the session, then the task', async () => {
    const session = await api.session(project.id, [one.id])
    const body = { message: 'm', sessionId: session.id }
    expect(await heard(() => api.ok('POST', `/api/tasks/${one.id}/timeline`, body))).toEqual([
      ['session:updated', await read('sessions', session)],
      ['task:updated', await read('tasks', one)],
    ])
  })

  it('DELETE: its sessions, the tasks that it leaves behind, and then itself', async () => {
    const sessions = [
      await api.session(project.id, [one.id]),
      await api.session(project.id, [two.id, one.id]),
    ]
    const child = await api.task(project.id, { parentId: one.id })
    const waiting = await api.task(project.id, { dependencies: [one.id] })
    const both = await api.task(project.id, { parentId: one.id, dependencies: [one.id] })
    const events = await heard(() => api.ok('DELETE', `/api/tasks/${one.id}`))

    const pairs = sessions.flatMap((session) => removed(session, one))
    expect(events.slice(0, pairs.length)).toEqual(pairs)
    const updates = await Promise.all(
      [child, waiting, both].map(async (task) => ['task:updated', await read('tasks', task)]),
    )
    expect(new Set(events.slice(pairs.length, -1))).toEqual(new Set(updates))
    expect(events).toHaveLength(pairs.length + updates.length + 1)
    expect(events.at(-1)).toEqual(['task:deleted', { id: one.id }])
  })
})

describe('sessions', () => {
  it('POST: the session, then a pair for each task that exists', async () => {
    let session: Session | undefined
    const taskIds = [two.id, 'task_none', one.id, two.id]
    const events = await heard(async () => (session = await api.session(project.id, taskIds)))
    const id = session?.id ?? ''
    expect(events).toEqual([['session:created', session], ...added({ id }, two), ...added({ id }, one)])
  })

  it('PATCH, and the two that append', async () => {
    let session = await api.session(project.id)
    const path = `/api/sessions/${session.id}`
    for (const [method, suffix, body] of [
      ['PATCH', '', { status: 'working' }],
      ['POST', '/events', { type: 'x' }],
      ['POST', '/timeline', { message: 'm' }],
    ] as const) {
      const events = await heard(async () => (session = await api.ok(method, path + suffix, body)))
      expect(events).toEqual([['session:updated', session]])
    }
  })

  it('PATCH with taskIds: the update, then a pair for each task that comes or goes', async () => {
    const three = await api.task(project.id)
    const session = await api.session(project.id, [one.id, two.id])
    const [update, ...pairs] = await heard(() =>
      api.ok('PATCH', `/api/sessions/${session.id}`, { taskIds: [two.id, three.id] }),
    )
    expect(update).toEqual(['session:updated', await read('sessions', session)])
    expect([
      [...added(session, three), ...removed(session, one)],
      [...removed(session, one), ...added(session, three)],
    ]).toContainEqual(pairs)
  })

  it('POST and DELETE of a task: one pair', async () => {
    const session = await api.session(project.id)
    const path = `/api/sessions/${session.id}/tasks/${one.id}`
    expect(await heard(() => api.ok('POST', path))).toEqual(added(session, one))
    expect(await heard(() => api.ok('DELETE', path))).toEqual(removed(session, one))
  })

  it('DELETE: the pairs, then the session', async () => {
    const session = await api.session(project.id, [one.id, two.id])
    expect(await heard(() => api.ok('DELETE', `/api/sessions/${session.id}`))).toEqual([
      ...removed(session, one),
      ...removed(session, two),
      ['session:deleted', { id: session.id }],
    ])
  })

  it.each([
    ['ui', false],
    ['session', true],
  ])('spawn from %s: session:spawn, the pairs, and never session:created', async (spawnSource, hasParent) => {
    const parent = await api.session(project.id)
    const fields = hasParent ? { spawnSource, sessionId: parent.id } : { spawnSource }
    const sent = { projectId: project.id, taskIds: [one.id, two.id], ...fields }
    let spawned = { sessionId: '', session: {}, command: '', cwd: '', envVars: {} }
    const events = await heard(async () => (spawned = await api.ok('POST', '/api/sessions/spawn', sent)))
    const session = { id: spawned.sessionId }
    expect(events).toEqual([
      [
        'session:spawn',
        {
          session: spawned.session,
          command: spawned.command,
          cwd: spawned.cwd,
          envVars: spawned.envVars,
          manifest: await api.get(`/api/sessions/${session.id}/manifest`),
          projectId: project.id,
          taskIds: [one.id, two.id],
          spawnSource,
          parentSessionId: hasParent ? parent.id : null,
          _isSpawnCreated: true,
        },
      ],
      ...added(session, one),
      ...added(session, two),
    ])
  })
})
