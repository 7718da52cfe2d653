// Nobody can see whether a runner is there, which agents it has, or why a session is not started.
import { afterAll, expect, it } from 'vitest'
import { client, wrongField } from './http'

import { connect, heardDuring } from './socket'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

const [first, second] = ['17-0123456789ab', '4000000-abcdefabcdef']
const status = {
  host: 'build-7',
  pid: 17,
  places: 2,
  waiting: [{ sessionId: 'sess_1', reason: 'It waits for a place' }],
  agents: [
    { name: 'codex', version: '0.9', drive: 'acp' },
    { name: 'demo', drive: 'terminal' },
  ],
}

it('what runners tell is told to everybody, the latest of each, and no event says so', async () => {
  expect(await api.get('/api/runners')).toEqual([])
  expect(await api.get('/api/agents')).toEqual([])
  const socket = await connect(target.url, { path: '/?rooms=all,queues,templates' })
  const told = { id: first, ...status, seenAt: expect.any(Number) }
  const heard = await heardDuring(socket, api, async () => {
    expect(await api.ok('PUT', `/api/runners/${first}`, { ...status, colour: 'red' })).toEqual(told)
    await api.ok('PUT', `/api/runners/${second}`, { ...status, host: 'other', waiting: [], agents: [] })
  })
  expect(heard).toEqual([])
  await socket.close()
  const other = { ...told, id: second, host: 'other', waiting: [], agents: [] }
  expect(await api.get('/api/runners')).toEqual([told, other])
  expect(await api.get('/api/agents')).toEqual(
    status.agents.map((agent) => ({ ...agent, runnerId: first, host: 'build-7' })),
  )
  await api.ok('PUT', `/api/runners/${first}`, { ...status, waiting: [] })
  expect(await api.get('/api/runners')).toEqual([{ ...told, waiting: [] }, other])
})

it('lists of runners, agents and skills come in pages, like any other', async () => {
  const pageOf = async (path: string) => {
    const { headers, body } = await api.request<object[]>('GET', path)
    return { body, total: headers.get('X-Total-Count'), next: headers.get('X-Next-Cursor') }
  }
  for (const id of [first, second]) await api.ok('PUT', `/api/runners/${id}`, status)
  for (const list of ['/api/runners', '/api/agents']) {
    const all = await pageOf(list)
    expect(all).toMatchObject({ total: String(all.body.length), next: null })
    const start = await pageOf(`${list}?limit=1`)
    expect(start).toEqual({ body: all.body.slice(0, 1), total: all.total, next: expect.any(String) })
    const rest = await pageOf(`${list}?limit=1000&cursor=${start.next}`)
    expect(rest).toEqual({ ...all, body: all.body.slice(1) })
  }
  expect(await pageOf('/api/skills')).toMatchObject({ total: '0' })
  for (const list of ['/api/runners', '/api/agents', '/api/skills', '/api/skills/role/worker'])
    for (const query of ['limit=0', 'limit=1001', 'cursor=x'])
      expect((await api.request('GET', `${list}?${query}`)).status, `${list}?${query}`).toBe(400)
})

it.each(['one', '17-0123456789AB', '-1-0123456789ab', '17-0123456789ab-', '__proto__'])(
  '%s is no id of a runner',
  async (id) => {
    const { status: code, body } = await api.request('PUT', `/api/runners/${id}`, status)
    expect([code, body.code]).toEqual([400, 'VALIDATION_ERROR'])
  },
)

it('what is no status of a runner is refused, and not told', async () => {
  const before = await api.get('/api/runners')
  const wrong = [
    [{ ...status, places: -1 }, 'places'],
    [{ ...status, host: ' ' }, 'host'],
    [{ ...status, waiting: [{ sessionId: 'sess_1' }] }, 'waiting.0.reason'],
    [{ ...status, agents: [{ name: 'x', drive: 'car' }] }, 'agents.0.drive'],
  ] as const
  for (const [body, path] of wrong)
    expect(await api.request('PUT', `/api/runners/${first}`, body)).toMatchObject(wrongField(path))
  expect(await api.get('/api/runners')).toEqual(before)
})
