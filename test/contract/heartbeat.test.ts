// A session whose process is gone looks busy for ever, or one that lives is taken for dead.
import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session, type Task, wrongField } from './http'
import { connect } from './socket'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const get = (id: string) => api.get<Session>(`/api/sessions/${id}`)

interface Heartbeat {
  claims: unknown[]
  expiresAt: number
  now: number
}
const beat = (id: string, body: object = {}) =>
  api.ok<Heartbeat>('POST', `/api/sessions/${id}/heartbeat`, body)
const spawn = async (taskIds: string[]) => {
  const sent = { projectId: project.id, taskIds }
  return (await api.ok<{ session: Session }>('POST', '/api/sessions/spawn', sent)).session
}
const untilEnded = (id: string) =>
  expect
    .poll(async () => (await get(id)).status, { timeout: 25_000, interval: 200 })
    .not.toMatch(/idle|spawning/)

describe('a heartbeat', () => {
  it('says until when the session counts as living: the last ttl that was sent counts, at first 30 s', async () => {
    const { id } = await api.session(project.id)
    const ttlAfter = async (body: object) => {
      const { claims, expiresAt, now } = await beat(id, body)
      expect(claims).toEqual([])
      return expiresAt - now
    }
    expect(await ttlAfter({})).toBe(30_000)
    expect(await ttlAfter({ ttlSeconds: 3600 })).toBe(3_600_000)
    expect(await ttlAfter({})).toBe(3_600_000)
    expect(await ttlAfter({ ttlSeconds: null })).toBe(3_600_000)
    expect(await ttlAfter({ ttlSeconds: 5 })).toBe(5000)
    expect(await ttlAfter({ ttlSeconds: 60 })).toBe(60_000)
  })

  it('changes no document, tag or list, and sends no event', async () => {
    const { id } = await api.session(project.id)
    const seen = async () => [
      await api
        .request('GET', `/api/sessions/${id}`)
        .then(({ body, headers }) => [body, headers.get('etag')]),
      await api.get('/api/sessions'),
      (await api.get<{ lastEventId: number }>('/health?verbose=1')).lastEventId,
    ]
    const before = await seen()
    const socket = await connect(target.url, { path: `/?rooms=all,session:${id}` })
    for (const body of [{}, {}, { ttlSeconds: 60 }]) await beat(id, body)
    expect(await seen()).toEqual(before)
    socket.send({ type: 'ping' })
    expect(await socket.next()).toMatchObject({ type: 'pong' })
    await socket.close()
  })

  it.each([4, 3601, 5.5, '30', -1])('refuses a ttl of %o seconds', async (ttlSeconds) => {
    const { id } = await api.session(project.id)
    expect(await api.request('POST', `/api/sessions/${id}/heartbeat`, { ttlSeconds })).toMatchObject(
      wrongField('ttlSeconds'),
    )
  })

  it('is refused where there is no session, or it has ended; once resumed it beats again', async () => {
    const ask = (id: string) => api.request('POST', `/api/sessions/${id}/heartbeat`, {})
    expect(await ask('sess_none')).toMatchObject(refusal(404, 'NOT_FOUND', 'Session not found'))
    const { id } = await api.session(project.id)
    await beat(id)
    await api.ok('POST', `/api/sessions/${id}/stop`)
    expect(await ask(id)).toMatchObject({ status: 409, body: { code: 'SESSION_ENDED' } })
    await api.ok('PATCH', `/api/sessions/${id}`, { status: 'working' })
    expect(await ask(id)).toMatchObject({ status: 200 })
    await api.ok('DELETE', `/api/sessions/${id}`)
    expect(await ask(id)).toMatchObject({ status: 404 })
  })
})

describe('a session that has stopped beating', () => {
  it('is lost, and its tasks failed; those that beat, or never did, live on', async () => {
    const [task, other] = [await api.task(project.id), await api.task(project.id)]
    const dead = await spawn([task.id])
    const living = await spawn([other.id])
    const silent = await api.session(project.id)
    const resumed = await api.session(project.id)
    await api.ok('PATCH', `/api/tasks/${task.id}`, { updateSource: 'session', sessionStatus: 'working' })
    for (const { id } of [dead, living, resumed]) await beat(id, { ttlSeconds: 5 })
    // What was resumed has not begun to beat anew.
    await api.ok('POST', `/api/sessions/${resumed.id}/stop`)
    await api.ok('PATCH', `/api/sessions/${resumed.id}`, { status: 'idle' })
    const beating = setInterval(() => void beat(living.id).catch(() => undefined), 500)
    await untilEnded(dead.id)
    clearInterval(beating)

    const lost = await get(dead.id)
    expect(lost).toMatchObject({ status: 'failed', endReason: 'lost: no heartbeat came for 5 s' })
    expect(lost.completedAt).toEqual(expect.any(Number))
    expect(lost.timeline.at(-1)).toMatchObject({ type: 'error', metadata: { cause: 'lost' } })
    expect((await api.get<Task>(`/api/tasks/${task.id}`)).sessionStatus).toBe('failed')
    expect((await get(living.id)).status).toBe('spawning')
    expect((await get(silent.id)).status).toBe('idle')
    expect((await get(resumed.id)).status).toBe('idle')
  })
})

describe('a desktop shell that stops what it has no terminal for', () => {
  const stop = async (id: string, origin: string | undefined, fields: object = {}) => {
    const headers = origin === undefined ? {} : { origin }
    const sent = { status: 'stopped', ...fields }
    const { status, body } = await api.request<Session>('PATCH', `/api/sessions/${id}`, sent, headers)
    expect(status).toBe(200)
    return body
  }

  it.each(['tauri://localhost', 'http://tauri.localhost', 'https://tauri.localhost'])(
    'at %s does not stop one that beats: that is noted',
    async (origin) => {
      const { id, status } = await spawn([(await api.task(project.id)).id])
      await beat(id)
      const after = await stop(id, origin, { metadata: { seen: true } })
      expect(after).toMatchObject({ status, completedAt: null, metadata: { seen: true } })
      expect(after.timeline.at(-1)).toMatchObject({
        type: 'progress',
        message: 'A desktop application asked to stop it: it goes on, since its process lives',
      })
    },
  )

  it('stops one that does not beat; whoever else says so, and …/stop, stop any', async () => {
    const [silent, asked, told] = [
      await api.session(project.id),
      await api.session(project.id),
      await api.session(project.id),
    ]
    for (const { id } of [asked, told]) await beat(id)
    expect((await stop(silent.id, 'tauri://localhost')).status).toBe('stopped')
    expect((await stop(asked.id, undefined)).status).toBe('stopped')
    const headers = { origin: 'tauri://localhost' }
    expect(await api.request('POST', `/api/sessions/${told.id}/stop`, undefined, headers)).toMatchObject({
      status: 200,
      body: { status: 'stopped' },
    })
  })
})
