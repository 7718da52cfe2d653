import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, refusal, type Session, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const types = [
  ...['session_started', 'session_stopped', 'task_started', 'task_completed', 'task_failed', 'task_skipped'],
  ...['task_blocked', 'needs_input', 'progress', 'error', 'milestone', 'task_status_changed'],
]
const read = (id: string) => api.get<Session>(`/api/sessions/${id}`)

describe('the events of a session', () => {
  it('are appended with an id and a time, and the whole session is answered', async () => {
    const session = await api.session(project.id)
    await nextMillisecond()
    const path = `/api/sessions/${session.id}/events`
    const { status, body } = await api.request<Session>('POST', path, {
      type: 'anything at all',
      data: { n: [1] },
    })
    expect(status).toBe(200)
    const [event] = body.events
    expect(body).toEqual({ ...session, events: [event], lastActivity: body.lastActivity })
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_\d{13}_[0-9a-z]{9}$/),
      timestamp: expect.any(Number),
      type: 'anything at all',
      data: { n: [1] },
    })
    expect(body.lastActivity).toBeGreaterThan(session.lastActivity)
    expect(await read(session.id)).toEqual(body)
  })

  it.each([{ data: 'text' }, { data: 0 }, { data: false }, { data: null }, { data: [] }, {}])(
    'carry any JSON, or nothing: %j',
    async (fields) => {
      const { id } = await api.session(project.id)
      const { events } = await api.ok<Session>('POST', `/api/sessions/${id}/events`, { type: 'x', ...fields })
      expect(events).toEqual([{ id: events[0]?.id, timestamp: events[0]?.timestamp, type: 'x', ...fields }])
    },
  )

  it.each([
    ['no type', {}, 'type is required'],
    ['an empty type', { type: '' }, 'type is required'],
    ['a type that is no string', { type: 5 }, undefined],
  ])('are refused with %s', async (_, body, message) => {
    const session = await api.session(project.id)
    const answer = await api.request('POST', `/api/sessions/${session.id}/events`, body)
    expect(answer).toMatchObject(wrongField('type', message))
    expect(await read(session.id)).toEqual(session)
  })

  it('are refused for a session that is not there', async () => {
    expect(await api.request('POST', '/api/sessions/sess_none/events', { type: 'x' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
  })
})

describe('the timeline of a session', () => {
  it('takes a message, as progress unless said otherwise, and answers the session', async () => {
    const session = await api.session(project.id)
    await nextMillisecond()
    const path = `/api/sessions/${session.id}/timeline`
    const { status, body } = await api.request<Session>('POST', path, { message: 'Half done' })
    expect(status).toBe(200)
    expect(body.timeline).toEqual([
      {
        id: expect.stringMatching(/^evt_\d{13}_[0-9a-z]{9}$/),
        type: 'progress',
        timestamp: expect.any(Number),
        message: 'Half done',
      },
    ])
    expect(body.lastActivity).toBeGreaterThan(session.lastActivity)
    expect(await read(session.id)).toEqual(body)
  })

  it.each(types)('takes an entry of type %s', async (type) => {
    const { id } = await api.session(project.id)
    const entry = { type, message: 'm', taskId: 'task_1', metadata: { a: { b: 1 } } }
    const { timeline } = await api.ok<Session>('POST', `/api/sessions/${id}/timeline`, entry)
    expect(timeline).toEqual([{ id: timeline[0]?.id, timestamp: timeline[0]?.timestamp, ...entry }])
  })

  it.each([
    ['no message', {}, 'message', 'message is required'],
    ['a blank message', { message: '  ' }, 'message', 'message is required'],
    ['an unknown type', { message: 'm', type: 'lunch' }, 'type', undefined],
    ['metadata that is no object', { message: 'm', metadata: 'x' }, 'metadata', undefined],
  ])('refuses %s', async (_, body, path, message) => {
    const session = await api.session(project.id)
    const answer = await api.request('POST', `/api/sessions/${session.id}/timeline`, body)
    expect(answer).toMatchObject(wrongField(path, message))
    expect(await read(session.id)).toEqual(session)
  })

  it('is refused for a session that is not there', async () => {
    expect(await api.request('POST', '/api/sessions/sess_none/timeline', { message: 'x' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
  })

  it('only grows, in order', async () => {
    const { id } = await api.session(project.id)
    const messages = Array.from({ length: 20 }, (_, n) => `step ${n}`)
    for (const message of messages) await api.ok('POST', `/api/sessions/${id}/timeline`, { message })
    expect((await read(id)).timeline.map(({ message }) => message)).toEqual(messages)
  })

  it('loses no entry when many agents write at once, and gives each its own id', async () => {
    const { id } = await api.session(project.id)
    const messages = Array.from({ length: 50 }, (_, n) => `step ${n}`)
    await Promise.all(messages.map((message) => api.ok('POST', `/api/sessions/${id}/timeline`, { message })))
    const { timeline } = await read(id)
    expect(new Set(timeline.map(({ message }) => message))).toEqual(new Set(messages))
    expect(new Set(timeline.map((entry) => entry.id)).size).toBe(50)
  })
})

describe('the timeline of a task', () => {
  const write = (taskId: string, body: unknown) => api.request('POST', `/api/tasks/${taskId}/timeline`, body)

  it('is the session’s: the entry goes there, and the task has none', async () => {
    const task = await api.task(project.id)
    const session = await api.session(project.id, [task.id])
    const { status, body } = await write(task.id, { message: 'Half done', sessionId: session.id })
    expect({ status, body }).toEqual({
      status: 200,
      body: { success: true, taskId: task.id, sessionId: session.id, message: 'Half done', type: 'progress' },
    })
    expect((await read(session.id)).timeline).toMatchObject([
      { type: 'progress', message: 'Half done', taskId: task.id },
    ])
    expect(await api.get<Task>(`/api/tasks/${task.id}`)).not.toHaveProperty('timeline')
  })

  it.each(types)('takes an entry of type %s', async (type) => {
    const task = await api.task(project.id)
    const session = await api.session(project.id, [task.id])
    expect(await write(task.id, { message: 'm', sessionId: session.id, type })).toMatchObject({
      status: 200,
      body: { type },
    })
    expect((await read(session.id)).timeline).toMatchObject([{ type, message: 'm', taskId: task.id }])
  })

  it('is refused without a message or a session, or with an unknown type', async () => {
    const task = await api.task(project.id)
    const { id: sessionId } = await api.session(project.id, [task.id])
    expect(await write(task.id, { sessionId })).toMatchObject(wrongField('message', 'message is required'))
    expect(await write(task.id, { message: 'm' })).toMatchObject(
      wrongField('sessionId', 'sessionId is required'),
    )
    expect(await write(task.id, { message: 'm', sessionId, type: 'lunch' })).toMatchObject(wrongField('type'))
    expect((await read(sessionId)).timeline).toEqual([])
  })

  it('is refused when the task or the session is not there', async () => {
    const task = await api.task(project.id)
    const session = await api.session(project.id)
    expect(await write('task_none', { message: 'm', sessionId: session.id })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Task not found'),
    )
    expect(await write(task.id, { message: 'm', sessionId: 'sess_none' })).toMatchObject(
      refusal(404, 'SESSION_NOT_FOUND', 'Session not found'),
    )
    expect((await read(session.id)).timeline).toEqual([])
  })
})
