/** What is too large for Cloudflare is refused whole: nobody finds half of it later. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, client, type Problem, refusal, type Session } from '../contract/http'
import { connect, heardDuring } from '../contract/socket'
import { emptyHosted, type Hosted } from './target'

let target: Hosted
let api: Api

beforeAll(async () => {
  target = await emptyHosted()
  api = client(target.url)
})
afterAll(() => target.stop())

it('a session outgrows a row, and has all of it after a restart', async () => {
  const { id } = await api.session((await api.project()).id)
  for (let n = 0; n < 5; n++)
    await api.ok('POST', `/api/sessions/${id}/events`, { type: 'log', data: 'é'.repeat(450_000) })
  const before = await api.get<Session>(`/api/sessions/${id}`)
  expect(before.events).toHaveLength(5)
  await target.restart()
  expect(await api.get<Session>(`/api/sessions/${id}`)).toEqual(before)
})

it('a document whose own part outgrows a row is 413, and stays as it was', async () => {
  const socket = await connect(target.url)
  const { id } = await api.session((await api.project()).id)
  let times = 0
  const grow = () =>
    api.request('PATCH', `/api/sessions/${id}`, { metadata: { [`part ${times++}`]: 'é'.repeat(450_000) } })
  expect([(await grow()).status, (await grow()).status]).toEqual([200, 200])
  const before = await api.get<Session>(`/api/sessions/${id}`)
  const heard = await heardDuring(socket, api, async () => {
    expect(await grow()).toMatchObject(refusal(413, 'PAYLOAD_TOO_LARGE'))
  })
  expect(heard).toEqual([])
  expect(await api.get<Session>(`/api/sessions/${id}`)).toEqual(before)
  await target.restart()
  expect(await api.get<Session>(`/api/sessions/${id}`)).toEqual(before)
  expect((await api.request('POST', `/api/sessions/${id}/events`, { type: 'small' })).status).toBe(200)
})

it('a frame that is too large ends that connection, and no other', async () => {
  const [greedy, other] = [await connect(target.url), await connect(target.url)]
  greedy.send(`{"type":"ping","filler":"${'x'.repeat(70_000)}"}`)
  expect(await greedy.closed).toBe(1009)
  await api.project()
  expect(await other.next()).toMatchObject({ type: 'project:created' })
  await expect.poll(async () => (await api.get<{ clients: number }>('/health?verbose=1')).clients).toBe(1)
  await other.close()
})

it('what an agent prints is 501: it is on the machine of its runner, which is named where that is known', async () => {
  const { id } = await api.session((await api.project()).id)
  const ask = () => api.request('GET', `/api/sessions/${id}/output`)
  expect(await ask()).toMatchObject(refusal(501, 'NOT_IMPLEMENTED'))
  const runner = { id: '1-0123456789ab', host: 'build-7', pid: 1, claimedAt: 1 }
  await api.ok('PATCH', `/api/sessions/${id}`, { metadata: { runner } })
  const { status, body } = await ask()
  expect([status, body.message]).toEqual([501, expect.stringContaining('build-7')])
  const diff = await api.request<Problem>('GET', `/api/sessions/${id}/diff`)
  expect([diff.status, diff.body.message]).toEqual([501, expect.stringContaining('build-7')])
})
