// A client that was cut off does not know where it was, and misses what happened meanwhile.

import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { parseTrusted } from '../../schemas/json-text'
import { client } from './http'
import { createInbox } from './inbox'
import { connect, type Message } from './socket'
import { listen } from './stream'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

type Numbered = Message & { id?: number; rooms?: string[] }

/** A connection that asks for numbers: its messages are more than the contract's, so nothing checks them. */
const openNumbered = (query = '?ids=1') => {
  const socket = new WebSocket(`${target.url.replace('http', 'ws')}/${query}`)
  const inbox = createInbox<Numbered>(({ type }) => type)
  socket.on('message', (data) => inbox.add(parseTrusted(data.toString())))
  onTestFinished(() => socket.close())
  return { next: inbox.next, send: (message: object) => socket.send(JSON.stringify(message)) }
}

describe('a connection with ?ids=1', () => {
  it('is told the number before its first event, and then the number of each', async () => {
    const socket = openNumbered()
    const greeting = await socket.next()
    expect(greeting).toEqual({ type: 'rooms', rooms: ['all'], id: expect.any(Number) })
    const last = greeting.id ?? Number.NaN
    const project = await api.project()
    await api.task(project.id)
    expect(await socket.next()).toEqual({
      type: 'project:created',
      event: 'project:created',
      data: project,
      timestamp: expect.any(Number),
      id: last + 1,
    })
    expect(await socket.next()).toMatchObject({ type: 'task:created', id: last + 2 })
  })

  it('can go on in the event stream, with the same numbers', async () => {
    const socket = openNumbered()
    const { id } = await socket.next()
    const project = await api.project()
    const heard = await socket.next()
    const stream = await listen(target.url, { query: `since=${id}` })
    onTestFinished(() => stream.close())
    const { id: number, message } = await stream.next()
    expect({ number, data: message.data }).toEqual({ number: String(heard.id), data: project })
  })

  it('learns from a pong how far it is, also when its rooms are quiet', async () => {
    const socket = openNumbered('?ids=1&rooms=queues')
    const { id = Number.NaN, rooms } = await socket.next()
    expect(rooms).toEqual(['queues'])
    await api.project()
    socket.send({ type: 'ping' })
    expect(await socket.next()).toEqual({ type: 'pong', timestamp: expect.any(Number), id: id + 1 })
  })
})

it.each(['/', '/?ids=0', '/?ids=', '/?rooms=all'])('a connection on %s is told no numbers', async (path) => {
  const socket = await connect(target.url, { path })
  onTestFinished(async () => void (await socket.close()))
  await api.project()
  const message = await socket.next()
  expect(Object.keys(message)).toEqual(['type', 'event', 'data', 'timestamp'])
  socket.send({ type: 'ping' })
  expect(Object.keys(await socket.next())).toEqual(['type', 'timestamp'])
})
