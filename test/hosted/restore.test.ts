/** A workspace's object is lost, with all that it held: what its copy in Workers KV has comes back, and nothing else. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { maestroWith } from '../cli/maestro'
import { type Api, client, type Project, type Session } from '../contract/http'
import { listen, since } from '../contract/stream'
import { count } from '../figures'
import { scaled, scaledMs } from '../random'
import { type Hosted, startHosted } from './target'

let target: Hosted
let api: Api

beforeAll(async () => {
  target = await startHosted({
    MAESTRO_API_TOKEN: '',
    MAESTRO_API_TOKENS: '{"red":["a-token"],"blue":["another"]}',
  })
  api = client(target.url)
})
afterAll(() => target.stop())

const restore = (args: readonly string[], token = 'a-token') =>
  maestroWith({ MAESTRO_SERVER_URL: target.url, MAESTRO_API_TOKEN: token }).run(['restore', ...args])

interface Health {
  lastEventId: number
  storage: { follower: { keys: number }; problems?: { file: string; reason: string }[] }
}
const health = () => api.get<Health>('/health?verbose=1')
const mirrorIsCurrent = () =>
  expect.poll(async () => (await health()).storage.follower.keys, { timeout: 25_000, interval: 100 }).toBe(0)

const everything = async () => {
  const lists = ['projects', 'tasks', 'sessions', 'templates', 'inbox?state=all'].map((kind) =>
    api.get<{ id: string }[]>(`/api/${kind}`),
  )
  return Promise.all(lists)
}

it('comes back whole, when it is asked for by its name, and events go on', async () => {
  const project = await api.project({ name: 'Ünïcode' })
  const tasks = await Promise.all(Array.from({ length: 20 }, () => api.task(project.id)))
  const session = await api.session(project.id, [tasks[0]?.id ?? ''], { strategy: 'queue' })
  await api.ok('DELETE', `/api/tasks/${tasks[19]?.id}`)
  await api.ok('POST', '/api/templates', { name: 'Ours', role: 'worker', content: 'c' })
  const path = `/api/sessions/${session.id}`
  const asks = (title: string) =>
    api.ok<{ id: string }>('POST', `${path}/requests`, { kind: 'question', title })
  await api.ok('POST', `/api/requests/${(await asks('Which?')).id}/answer`, { text: 'This' })
  await asks('And now?')
  const told = await api.ok('POST', `${path}/messages`, { text: 'Go on', key: 'one' })
  await mirrorIsCurrent()
  const before = await everything()
  const queue = await api.get(`/api/sessions/${session.id}/queue`)
  const { lastEventId } = await health()

  expect(await restore(['kv:red', '--confirm'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The workspace red is not empty'),
  })

  await target.lose()
  expect(await api.get('/api/tasks')).toEqual([])
  expect((await health()).storage.problems).toEqual([
    { file: 'kv:red', reason: expect.stringContaining('maestro restore kv:red --confirm brings it back') },
  ])
  expect(await restore(['kv:red'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('add --confirm'),
  })
  expect(await restore(['kv:blue', '--confirm'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('This token is for the workspace red'),
  })
  expect(await api.get('/api/tasks')).toEqual([])

  const restored = await restore(['kv:red', '--confirm'])
  expect(restored).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`all changes up to event ${lastEventId}`),
  })
  expect(await everything()).toEqual(before)
  expect(await api.get(`/api/sessions/${session.id}/queue`)).toEqual(queue)
  expect(await api.get(`${path}/messages`)).toEqual([told])
  expect((await health()).storage.problems).toEqual([])
  const stream = await listen(target.url, since(String(lastEventId)))
  const next = await api.project({ name: 'after' })
  const event = await stream.waitFor(({ event }) => event === 'project:created')
  expect(event).toMatchObject({ id: String(lastEventId + 1), message: { data: next } })
  await stream.close()
})

it('says by number what the copy lacks, leaves out what is no document, and completes links', async () => {
  const [project] = await api.get<Project[]>('/api/projects')
  const task = await api.task(project?.id ?? '')
  await mirrorIsCurrent()
  const { lastEventId: complete } = await health()
  await target.kvFails(true, ':tasks:')
  const lost = await api.task(project?.id ?? '')
  const session = await api.session(project?.id ?? '', [task.id, lost.id])
  const inCopy = async () => Object.keys(await target.kv())
  await expect.poll(inCopy, { timeout: 20_000 }).toContain(`@red:sessions:${session.id}`)
  const { lastEventId } = await health()
  await target.putIntoKv('@red:tasks:proj_x:task_x', '{"id":')
  await target.lose()
  await target.kvFails(false)

  const { stdout } = await restore(['kv:red', '--confirm', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    completeTo: complete,
    lastEvent: lastEventId,
    refused: [{ key: 'tasks:proj_x:task_x', reason: expect.any(String) }],
  })
  expect(await api.get('/api/tasks')).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: task.id, sessionIds: [session.id] })]),
  )
  expect((await api.request('GET', `/api/tasks/${lost.id}`)).status).toBe(404)
  expect((await health()).lastEventId).toBe(lastEventId)
})

it(
  'brings a long session back whole, which is in pieces in the copy',
  async () => {
    const project = await api.project({ name: 'long' })
    const session = await api.session(project.id)
    const path = `/api/sessions/${session.id}`
    const entriesAtOnce = 1000
    // 100,000 in the whole campaign.
    for (let rest = scaled(1); rest > 0; rest--) {
      const timeline = Array.from({ length: entriesAtOnce }, (_, n) => ({
        type: 'progress',
        message: `${rest} ${n}`,
      }))
      await api.ok('PATCH', path, { timeline })
      count('entries', entriesAtOnce)
    }
    const began = performance.now()
    const appends = 10
    for (let n = 0; n < appends; n++) await api.ok('POST', `${path}/timeline`, { message: `last ${n}` })
    count('ms for 10 appends to it', Math.round(performance.now() - began))
    // A document of more than 8 Mi characters is in pieces.
    for (let n = 0; n < 10; n++)
      await api.ok('POST', `${path}/events`, { type: 'x', data: 'x'.repeat(900_000) })
    await mirrorIsCurrent()
    expect(Object.keys(await target.kv()).some((key) => key.includes('piece:'))).toBe(true)
    const before = await api.get(path)
    await target.lose()
    expect((await api.request('GET', path)).status).toBe(404)
    const told = await restore(['kv:red', '--confirm'])
    expect(told, told.stderr).toMatchObject({ code: 0 })
    expect(await api.get(path)).toEqual(before)
    await api.ok('POST', `${path}/timeline`, { message: 'after' })
    const { timeline } = await api.get<Session>(path)
    expect(timeline.slice(-2)).toMatchObject([{ message: `last ${appends - 1}` }, { message: 'after' }])
  },
  scaledMs(60_000),
)

it('is refused where the copy holds nothing', async () => {
  expect(await restore(['kv:blue', '--confirm'], 'another')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The mirror of blue holds nothing'),
  })
})
