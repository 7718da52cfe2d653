// A client that stops reading must cost the server neither its memory nor its end, and must lose nothing itself.

import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { parseTrusted } from '../../schemas/json-text'
import { client, type Task } from '../contract/http'
import { startServer } from '../contract/server'
import { connect } from '../contract/socket'
import { listen, since } from '../contract/stream'

const start = async () => {
  const server = await startServer()
  const api = client(server.url)
  const clients = async () => (await api.get<{ clients: number }>('/health?verbose=1')).clients
  const task = await api.task((await api.project()).id, { description: 'd'.repeat(500_000) })
  let changes = 0
  /** Changes the task, half a megabyte, until fewer clients than this are left; gives up after 100 MB. */
  const changeUntilFewerThan = async (count: number) => {
    while ((await clients()) >= count && changes < 200)
      await api.ok<Task>('PATCH', `/api/tasks/${task.id}`, { title: `title ${++changes}` })
    expect(await clients()).toBeLessThan(count)
  }
  return { server, api, task, clients, changeUntilFewerThan }
}

/** A stream that nobody reads, once its head is there. */
const stalledStream = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = get(`${url}/api/events`, (response) => resolve(response.pause()))
    request.once('error', reject)
    onTestFinished(() => void request.destroy())
  })

const numbersIn = (text: string) => [...text.matchAll(/^event: .*\nid: (\d+)$/gm)].map(([, id]) => Number(id))

describe('who does not read', () => {
  let world: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    world = await start()
  })
  afterAll(() => world.server.stop())

  it('over a WebSocket is closed with 1013 when 4 MiB wait, and the others go on', async () => {
    const { server, api, changeUntilFewerThan } = world
    const slow = new WebSocket(server.url.replace('http', 'ws'), { perMessageDeflate: false })
    const received: { data: Task }[] = []
    slow.on('message', (data) => received.push(parseTrusted(data.toString())))
    const closed = new Promise<number>((resolve) => slow.once('close', resolve))
    await new Promise((resolve) => slow.once('open', resolve))
    const reading = await connect(server.url)
    slow.pause()

    await changeUntilFewerThan(2)
    expect((await api.get<{ connectedClients: number }>('/ws-status')).connectedClients).toBe(1)
    const project = await api.project()
    expect(await reading.waitFor(({ type }) => type === 'project:created')).toMatchObject({ data: project })
    await reading.close()

    slow.resume()
    expect(await closed).toBe(1013)
    const heard = reading.messages.map(({ data }) => data)
    expect(received.map(({ data }) => data)).toEqual(heard.slice(0, received.length))
    expect(received.length).toBeLessThan(heard.length)
  })

  it('a stream has it ended when 4 MiB wait, after a whole event; its client comes back and has missed nothing', async () => {
    const { server, api, task, changeUntilFewerThan } = world
    const slow = await stalledStream(server.url)
    const session = await api.session(task.projectId, [task.id])
    await changeUntilFewerThan(1)
    await api.ok('DELETE', `/api/sessions/${session.id}`)

    let text = ''
    for await (const part of slow.setEncoding('utf8')) text += part
    expect(text.endsWith('\n\n')).toBe(true)
    const numbers = numbersIn(text)
    const last = numbers.at(-1) ?? 0
    expect(numbers).toEqual(numbers.map((_, n) => last - numbers.length + 1 + n))

    const again = await listen(server.url, since(String(last)))
    onTestFinished(() => again.close())
    await again.waitFor(({ event }) => event === 'session:deleted')
    expect(again.events.map(({ event }) => event)).toEqual([
      'task:updated',
      ...['session:task_removed', 'task:session_removed', 'session:deleted'],
    ])
  })
})

describe('the end of the server', () => {
  it('is the end of its streams, and waits for none, nor for a WebSocket, that nobody reads: it exits with 0', async () => {
    const { server, api, task, clients } = await start()
    onTestFinished(async () => void (await server.stop()))
    await stalledStream(server.url)
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('open', resolve))
    socket.pause()
    for (let n = 0; n < 15; n++) await api.ok('PATCH', `/api/tasks/${task.id}`, { title: `title ${n}` })
    expect(await clients()).toBe(2)
    const streams = await Promise.all([listen(server.url), listen(server.url, since('0'))])
    server.signal('SIGTERM')
    await Promise.all(streams.map(({ ended }) => ended))
    expect(await server.exited).toBe(0)
    socket.terminate()
  })
})
