/** An object sleeps when nobody needs it, and forgets everything: its clients may not notice. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, client } from '../contract/http'
import { connect } from '../contract/socket'
import { emptyHosted, type Hosted } from './target'

/** workerd puts an object to sleep that was idle for ten seconds. */
const untilAsleep = 13_000

let target: Hosted
let api: Api

beforeAll(async () => {
  target = await emptyHosted()
  api = client(target.url)
})
afterAll(() => target.stop())

it('a client that was silent hears the next event, in the rooms that it is in by now', async () => {
  const project = await api.project()
  const plain = await connect(target.url)
  const moved = await connect(target.url)
  const left = await connect(target.url, { path: '/?rooms=all,templates' })
  moved.send({ type: 'subscribe', rooms: [`project:${project.id}`, 'templates'] })
  moved.send({ type: 'unsubscribe', rooms: ['all'] })
  left.send({ type: 'unsubscribe', rooms: ['all'] })
  expect([await moved.next(), await moved.next(), await left.next()]).toMatchObject([
    {},
    { type: 'rooms', rooms: [`project:${project.id}`, 'templates'] },
    { type: 'rooms', rooms: ['templates'] },
  ])
  const gone = await connect(target.url)
  await gone.close()

  await new Promise((resolve) => setTimeout(resolve, untilAsleep))
  const { uptime, clients } = await api.get<{ uptime: number; clients: number }>('/health?verbose=1')
  expect(uptime, 'it did not sleep').toBeLessThan(untilAsleep / 1000)
  expect(clients).toBe(3)

  await api.project({ name: 'another' })
  const task = await api.task(project.id)
  const template = await api.ok('POST', '/api/templates', { name: 't', role: 'worker', content: 'c' })
  expect(await plain.next()).toMatchObject({ type: 'project:created', data: { name: 'another' } })
  expect(await plain.next()).toMatchObject({ type: 'task:created', data: task })
  expect(await moved.next()).toMatchObject({ type: 'task:created', data: task })
  expect(await moved.next()).toMatchObject({ type: 'template:created', data: template })
  expect(await left.next()).toMatchObject({ type: 'template:created', data: template })

  // And they can still say something.
  moved.send({ type: 'unsubscribe', rooms: ['templates'] })
  expect(await moved.next()).toMatchObject({ type: 'rooms', rooms: [`project:${project.id}`] })
  plain.send({ type: 'ping' })
  expect(await plain.next()).toMatchObject({ type: 'pong' })
  await Promise.all([plain.close(), moved.close(), left.close()])
})
