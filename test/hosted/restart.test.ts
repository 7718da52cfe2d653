/** An object is moved and restarted as Cloudflare likes: nobody may lose what was acknowledged. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, client, type Session } from '../contract/http'
import { listen, since } from '../contract/stream'
import { type Hosted, startHosted } from './target'

let target: Hosted
let api: Api

beforeAll(async () => {
  target = await startHosted()
  api = client(target.url)
})
afterAll(() => target.stop())

interface Health {
  uptime: number
  lastEventId: number
  storage: { follower: { keys: number; milliseconds: number; problem?: string } }
}
const health = () => api.get<Health>('/health?verbose=1')

describe('an object that loses its memory', () => {
  it('has everything that was acknowledged, though KV has none of it', async () => {
    await target.kvFails(true)
    const project = await api.project()
    const tasks = await Promise.all(Array.from({ length: 50 }, () => api.task(project.id)))
    const gone = tasks.pop()
    await api.ok('DELETE', `/api/tasks/${gone?.id}`)
    const session = await api.session(project.id, [tasks[0]?.id ?? ''], { strategy: 'queue' })
    const spawn = { projectId: project.id, taskIds: [tasks[1]?.id] }
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', spawn)
    const repeated = [{ name: 'asked for twice' }, { 'idempotency-key': 'k' }] as const
    const twice = await api.request('POST', '/api/projects', ...repeated)
    const before = await everything(session.id, sessionId)
    const { lastEventId } = await health()

    await target.restart()
    const repeat = await api.request('POST', '/api/projects', ...repeated)
    expect(repeat.headers.get('idempotent-replayed')).toBe('true')
    expect(repeat.body).toEqual(twice.body)
    expect(await target.kv()).toEqual({})
    expect(await everything(session.id, sessionId)).toEqual(before)
    expect(await health()).toMatchObject({ lastEventId, storage: { follower: { keys: 57 } } })

    await target.kvFails(false)
    await expect.poll(async () => (await health()).storage.follower.keys, { timeout: 20_000 }).toBe(0)
    const copied = await target.kv()
    expect(Object.keys(copied)).toHaveLength(57)
    expect(JSON.parse(copied[`sessions:${session.id}`] ?? '')).toEqual(session)
  })

  it('tells who comes back of everything that was missed, and numbers on', async () => {
    const { lastEventId } = await health()
    const project = await api.project({ name: 'before' })
    await target.restart()
    await api.ok('PUT', `/api/projects/${project.id}`, { name: 'after' })
    const stream = await listen(target.url, since(String(lastEventId)))
    const events = [await stream.next(), await stream.next()]
    await stream.close()
    expect(events.map(({ id, event }) => [Number(id) - lastEventId, event])).toEqual([
      [1, 'project:created'],
      [2, 'project:updated'],
    ])
  })
})

describe('three hundred agents that report to one session at once', () => {
  it('are all heard', async () => {
    const { id } = await api.session((await api.project()).id)
    const messages = Array.from({ length: 300 }, (_, n) => `report ${n}`)
    // Hosts close connections that nobody used for some seconds, and a request may meet that: who names it asks again.
    const report = async (message: string) => {
      const named = { 'Idempotency-Key': message.replace(' ', '-') }
      const ask = () => api.request('POST', `/api/sessions/${id}/timeline`, { message }, named)
      expect(await ask().catch(ask)).toMatchObject({ status: 200 })
    }
    await Promise.all(messages.map(report))
    await target.restart()
    const { timeline } = await api.get<Session>(`/api/sessions/${id}`)
    const reports = timeline.flatMap(({ message }) => (message?.startsWith('report') ? message : []))
    expect(reports.toSorted()).toEqual(messages.toSorted())
  })
})

const everything = async (session: string, spawned: string) => [
  ...(await Promise.all(
    ['projects', 'tasks', 'sessions', 'templates'].map((kind) => api.get<unknown>(`/api/${kind}`)),
  )),
  await api.get<unknown>(`/api/sessions/${session}/queue`),
  await api.get<unknown>(`/api/sessions/${spawned}/manifest`),
]
