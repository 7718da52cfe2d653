import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, refusal, type Session, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const update = (id: string, fields: unknown) => api.ok<Session>('PATCH', `/api/sessions/${id}`, fields)

describe('updating a session', () => {
  it('changes the fields that were sent, keeps the others, and notes the activity', async () => {
    const session = await api.session(project.id, [], { agentId: 'kept', metadata: { kept: true } })
    await nextMillisecond()
    const sent = { name: 'new', status: 'working' }
    const { status, body } = await api.request<Session>('PATCH', `/api/sessions/${session.id}`, sent)
    expect(status).toBe(200)
    expect(body).toEqual({ ...session, ...sent, lastActivity: body.lastActivity })
    expect(body.lastActivity).toBeGreaterThan(session.lastActivity)
    expect(await api.get(`/api/sessions/${session.id}`)).toEqual(body)
    expect(await update(session.id, { agentId: 'other' })).toMatchObject({ ...sent, agentId: 'other' })
  })

  it('accepts an empty body, and none at all', async () => {
    const { id, name } = await api.session(project.id)
    for (const body of [{}, undefined]) expect(await update(id, body)).toMatchObject({ id, name })
  })

  it('replaces env whole', async () => {
    const { id } = await api.session(project.id, [], { env: { A: '1', B: '2' } })
    expect((await update(id, { env: { B: '3', C: '4' } })).env).toEqual({ B: '3', C: '4' })
  })

  it('merges metadata by top-level key', async () => {
    const { id } = await api.session(project.id, [], { metadata: { kept: 1, changed: { a: 1, b: 2 } } })
    const metadata = { changed: { c: 3 }, added: [1] }
    expect((await update(id, { metadata })).metadata).toEqual({ kept: 1, ...metadata })
    const bare = await api.session(project.id)
    expect((await update(bare.id, { metadata })).metadata).toEqual(metadata)
  })

  it('ignores what clients send of their own, and what only the server may set', async () => {
    const other = await api.project()
    const session = await api.session(project.id)
    const sent = {
      completedAt: 5,
      startedAt: 6,
      strategy: 'tree',
      projectId: other.id,
      id: 'x',
      mode: 'fast',
    }
    const updated = await update(session.id, sent)
    expect(updated).toEqual({ ...session, lastActivity: updated.lastActivity })
  })

  it('still understands the old status running', async () => {
    const { id } = await api.session(project.id)
    expect((await update(id, { status: 'running' })).status).toBe('working')
  })

  it.each([
    ['an unknown status', { status: 'asleep' }, 'status'],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name'],
    ['an env that is no object', { env: [] }, 'env'],
    ['metadata that is no object', { metadata: 'x' }, 'metadata'],
    ['task ids that are no list', { taskIds: 'task_1' }, 'taskIds'],
    ['events that are no list', { events: { type: 'x' } }, 'events'],
    ['a timeline that is no list', { timeline: 'x' }, 'timeline'],
  ])('refuses %s and changes nothing', async (_, wrong, path) => {
    const session = await api.session(project.id)
    const answer = await api.request('PATCH', `/api/sessions/${session.id}`, { agentId: 'new', ...wrong })
    expect(answer).toMatchObject(wrongField(path))
    expect(await api.get(`/api/sessions/${session.id}`)).toEqual(session)
  })

  it('answers SESSION_NOT_FOUND for one that is not there', async () => {
    expect(await api.request('PATCH', '/api/sessions/sess_none', { name: 'x' })).toMatchObject(
      refusal(404, 'SESSION_NOT_FOUND', 'Session not found'),
    )
  })
})

describe('the end of a session', () => {
  it.each(['completed', 'failed', 'stopped'])(
    'is noted when it becomes %s, and taken back when it goes on',
    async (status) => {
      const { id } = await api.session(project.id)
      const before = Date.now()
      expect((await update(id, { status })).completedAt).toBeGreaterThanOrEqual(before)
      expect(await update(id, { status: 'working' })).toMatchObject({ status: 'working', completedAt: null })
    },
  )

  it.each(['spawning', 'idle', 'working'])('is not noted when it becomes %s', async (status) => {
    const { id } = await api.session(project.id, [], { status: 'working' })
    expect(await update(id, { status })).toMatchObject({ status, completedAt: null })
  })
})

describe('events and timeline in an update', () => {
  it('are appended, after what is there', async () => {
    const { id } = await api.session(project.id)
    await update(id, {
      events: [{ type: 'a', data: { n: 1 } }],
      timeline: [{ type: 'progress', message: 'a' }],
    })
    const { events, timeline } = await update(id, {
      events: [{ type: 'b' }, { type: 'c' }],
      timeline: [{ type: 'error', message: 'b', taskId: 'task_1', metadata: { n: 2 } }],
    })
    expect(events).toMatchObject([{ type: 'a', data: { n: 1 } }, { type: 'b' }, { type: 'c' }])
    expect(timeline).toMatchObject([
      { type: 'progress', message: 'a' },
      { type: 'error', message: 'b', taskId: 'task_1', metadata: { n: 2 } },
    ])
  })

  it('get an id and a time where they have none, and keep those that they have', async () => {
    const { id } = await api.session(project.id)
    const own = { id: 'evt_mine', timestamp: 1738713700000 }
    const { events, timeline } = await update(id, {
      events: [{ type: 'a' }, { ...own, type: 'b' }],
      timeline: [{ type: 'progress' }, { ...own, type: 'milestone' }],
    })
    for (const list of [events, timeline]) {
      expect(list[0]?.id).toMatch(/^evt_\d{13}_[0-9a-z]{9}$/)
      expect(Number.isInteger(list[0]?.timestamp)).toBe(true)
      expect(list[1]).toMatchObject(own)
    }
  })

  it('leave out an entry whose id is already there', async () => {
    const { id } = await api.session(project.id)
    const events = [{ id: 'evt_1', timestamp: 5, type: 'a' }]
    const timeline = [{ id: 'evt_2', timestamp: 6, type: 'progress', message: 'once' }]
    await update(id, { events, timeline })
    const again = await update(id, {
      events: [
        { ...events[0], type: 'changed' },
        { id: 'evt_3', type: 'b' },
      ],
      timeline: [...timeline, ...timeline],
    })
    expect(again.events).toMatchObject([...events, { id: 'evt_3', type: 'b' }])
    expect(again.timeline).toEqual(timeline)
  })

  it.each([
    ['an event without a type', { events: [{ type: 'fine' }, { data: 1 }] }],
    ['an event with a blank type', { events: [{ type: '' }] }],
    ['a timeline entry without a type', { timeline: [{ message: 'x' }] }],
    ['a timeline entry of an unknown type', { timeline: [{ type: 'progress' }, { type: 'lunch' }] }],
    ['a timestamp that is no number', { events: [{ type: 'x', timestamp: 'now' }] }],
  ])('refuse %s, and then append none of the others', async (_, wrong) => {
    const session = await api.session(project.id)
    const answer = await api.request('PATCH', `/api/sessions/${session.id}`, wrong)
    expect(answer).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
    expect(await api.get(`/api/sessions/${session.id}`)).toEqual(session)
  })
})
