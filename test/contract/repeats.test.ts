// An answer is lost on its way, the client asks again, and what it asked for is done twice.

import { afterAll, describe, expect, it } from 'vitest'
import { createRandom, scaled } from '../random'
import { client, type Project, refusal, type Session, type Task } from './http'
import { listen, toldBy } from './stream'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
let keys = 0
const newKey = () => `key ${++keys}`.replace(' ', '-')

const post = <Body>(path: string, body: unknown, key: string, headers: Record<string, string> = {}) =>
  api.request<Body>('POST', path, body, { 'idempotency-key': key, ...headers })
const isReplay = ({ headers }: { headers: Headers }) => headers.get('idempotent-replayed') === 'true'
const titled = async (title: string) =>
  (await api.get<Task[]>(`/api/tasks?projectId=${project.id}`)).filter((task) => task.title === title)

describe('a POST with an Idempotency-Key', () => {
  it('is done once, and answered the same as often as it comes', async () => {
    const [key, body] = [newKey(), { projectId: project.id, title: 'once' }]
    const first = await post<Task>('/api/tasks', body, key)
    await api.ok('PATCH', `/api/tasks/${first.body.id}`, { title: 'once', status: 'in_progress' })
    const second = await post<Task>('/api/tasks', body, key)
    expect([isReplay(first), isReplay(second)]).toEqual([false, true])
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(await titled('once')).toHaveLength(1)
  })

  it('tells nobody of it twice', async () => {
    const stream = await listen(target.url)
    const key = newKey()
    for (let time = 0; time < 3; time++) await post('/api/projects', { name: 'heard once' }, key)
    const heard = await toldBy(stream, api)
    await stream.close()
    expect(heard.map(([name]) => name)).toEqual(['project:created'])
  })

  it('is refused when the key came with something else, which is not done', async () => {
    const key = newKey()
    await post('/api/tasks', { projectId: project.id, title: 'mine' }, key)
    expect(await post('/api/tasks', { projectId: project.id, title: 'not mine' }, key)).toMatchObject(
      refusal(422, 'IDEMPOTENCY_KEY_REUSED'),
    )
    expect(await titled('not mine')).toEqual([])
  })

  it('counts its key for its own path and caller', async () => {
    const key = newKey()
    const session = await api.session(project.id)
    await post('/api/projects', { name: 'p' }, key)
    const task = await post<Task>('/api/tasks', { projectId: project.id, title: 't' }, key)
    const timeline = await post<Session>(`/api/sessions/${session.id}/timeline`, { message: 'm' }, key)
    const body = { name: 'p' }
    const another = await post<Project>('/api/projects', body, key, { authorization: 'Bearer another' })
    expect([task, timeline, another].map(isReplay)).toEqual([false, false, false])
  })

  it.each(['', 'a b', 'é', 'x'.repeat(201), 'a,\tb'])(
    'is refused with a key that is none: %j',
    async (key) => {
      const refused = refusal(
        400,
        'VALIDATION_ERROR',
        'Idempotency-Key must be 1 to 200 visible ASCII characters',
      )
      expect(await post('/api/projects', { name: 'never' }, key)).toMatchObject(refused)
    },
  )

  it('takes a key of 200 characters, and any that can be seen', async () => {
    for (const key of ['x'.repeat(200), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'])
      expect((await post('/api/projects', { name: 'p' }, key)).status).toBe(201)
  })

  it('is tried again where it failed', async () => {
    const [key, id] = [newKey(), `sess_${newKey()}`]
    const body = { projectId: project.id, taskIds: [], id }
    await api.session(project.id, [], { id })
    expect(await post('/api/sessions', body, key)).toMatchObject(refusal(409, 'CONFLICT'))
    await api.ok('DELETE', `/api/sessions/${id}`)
    const second = await post<Session>('/api/sessions', body, key)
    expect([second.status, isReplay(second)]).toEqual([201, false])
    expect(isReplay(await post('/api/sessions', body, key))).toBe(true)
  })

  it('is answered with the entity as it is by now where that is large, and with 404 where it is gone', async () => {
    const [key, body] = [newKey(), { projectId: project.id, title: 'large', description: 'ü'.repeat(9000) }]
    const { id } = (await post<Task>('/api/tasks', body, key)).body
    const changed = await api.ok<Task>('PATCH', `/api/tasks/${id}`, { status: 'in_progress' })
    const again = await post<Task>('/api/tasks', body, key)
    expect(again).toMatchObject({ status: 201, body: changed })
    expect(isReplay(again)).toBe(true)
    await api.ok('DELETE', `/api/tasks/${id}`)
    expect(await post('/api/tasks', body, key)).toMatchObject(
      refusal(404, 'NOT_FOUND', expect.stringContaining(id)),
    )
    expect(await titled('large')).toEqual([])
  })

  it('spawns one session, however many ask for it at once', async () => {
    const [key, task] = [newKey(), await api.task(project.id)]
    const body = { projectId: project.id, taskIds: [task.id] }
    const spawned = await Promise.all(
      Array.from({ length: 4 }, () => post<{ sessionId: string }>('/api/sessions/spawn', body, key)),
    )
    expect(new Set(spawned.map(({ body: { sessionId } }) => sessionId)).size).toBe(1)
    expect(spawned.filter(isReplay)).toHaveLength(3)
    expect(await api.get<Session[]>(`/api/sessions?taskId=${task.id}`)).toHaveLength(1)
  })

  it('is done once for each key, whoever comes in between', async () => {
    const random = createRandom('repeats')
    const requests = Array.from({ length: scaled(60) }, () => {
      const number = Math.floor(random() * 12)
      return { key: `many-${number}`, title: `many ${number}`, isOther: random() < 0.15 }
    })
    const answers = await Promise.all(
      requests.map(({ key, title, isOther }) =>
        post<Task>('/api/tasks', { projectId: project.id, title: isOther ? `${title} else` : title }, key),
      ),
    )
    const made = (await api.get<Task[]>('/api/tasks')).filter(({ title }) => title.startsWith('many'))
    for (const key of new Set(requests.map((request) => request.key))) {
      const ofKey = answers.filter((_, index) => requests[index]?.key === key)
      const done = ofKey.filter((answer) => answer.status === 201)
      expect(done.filter((answer) => !isReplay(answer))).toHaveLength(1)
      expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1)
      expect(ofKey.filter((answer) => answer.status !== 201 && answer.status !== 422)).toEqual([])
    }
    expect(made).toHaveLength(new Set(requests.map((request) => request.key)).size)
  })

  it('means nothing on other methods', async () => {
    const [task, headers] = [await api.task(project.id), { 'idempotency-key': newKey() }]
    for (const status of ['in_progress', 'completed']) {
      const answer = await api.request<Task>('PATCH', `/api/tasks/${task.id}`, { status }, headers)
      expect(answer.body.status).toBe(status)
      expect(isReplay(answer)).toBe(false)
    }
  })
})

describe('Prefer: return=minimal', () => {
  const minimal = { prefer: 'respond-async, return=minimal' }

  it('answers a change with no more than its id', async () => {
    const created = await api.request<{ id: string }>(
      'POST',
      '/api/tasks',
      { projectId: project.id, title: 't' },
      minimal,
    )
    const { id } = created.body
    expect(created).toMatchObject({ status: 201, body: { success: true, id } })
    expect(Object.keys(created.body)).toHaveLength(2)
    const path = `/api/tasks/${id}`
    const updated = await api.request<object>('PATCH', path, { title: 'new' }, minimal)
    expect(updated).toMatchObject({ status: 200, body: { success: true, id } })
    expect(updated.headers.get('preference-applied')).toBe('return=minimal')
    const stored = await api.request<Task>('GET', path)
    expect(stored.body.title).toBe('new')
    expect(updated.headers.get('etag')).toBe(stored.headers.get('etag'))
    const spawned = await api.request<{ id: string }>(
      ...(['POST', '/api/sessions/spawn', { projectId: project.id, taskIds: [id] }, minimal] as const),
    )
    expect(spawned).toMatchObject({
      status: 201,
      body: { success: true, id: expect.stringMatching(/^sess_/) },
    })
  })

  it('is answered the same again with a key', async () => {
    const [key, body] = [newKey(), { projectId: project.id, title: 'short' }]
    const first = await post('/api/tasks', body, key, minimal)
    expect(await post('/api/tasks', body, key, minimal)).toMatchObject({ status: 201, body: first.body })
  })

  it.each(['return=representation', 'return=minimalist', 'minimal', ''])(
    'changes nothing as %j',
    async (prefer) => {
      const body = { name: 'whole' }
      const answer = await api.request<Project>('POST', '/api/projects', body, { prefer })
      expect(answer.body.name).toBe('whole')
      expect(answer.headers.get('preference-applied')).toBeNull()
    },
  )
})
