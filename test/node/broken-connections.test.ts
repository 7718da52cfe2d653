// A client goes away in the middle, as they all do, and the log cries of errors; or it sends what is no request.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Log } from '../../functions/services/log'
import { app } from '../functions/example-world'
import { createMemoryServices } from '../functions/services'
import { listenHere } from './listen-here'

const start = async () => {
  const told: string[] = []
  const record = (level: string) => (details: object | string, message?: string) =>
    void told.push(`${level} ${message ?? details}`)
  const log: Log = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    child: () => log,
  }
  for (const method of ['error', 'warn', 'info', 'log'] as const) {
    const spy = vi.spyOn(console, method).mockImplementation((...words) => void told.push(`console ${words}`))
    onTestFinished(() => spy.mockRestore())
  }
  const services = { ...(await createMemoryServices()), log }
  const { port, connections, open: begin } = await listenHere(services, app)
  const open = async (): Promise<Socket> => {
    const socket = begin()
    await once(socket, 'connect')
    return socket
  }
  const healthy = async () => {
    await (await fetch(`http://127.0.0.1:${port}/health`, { headers: { Connection: 'close' } })).text()
  }
  /** Goes away without a word, and waits until the server has noticed all of it. */
  const leave = async (socket: Socket) => {
    socket.resetAndDestroy()
    await expect.poll(connections).toBe(0)
    await healthy()
  }
  return { services, open, healthy, leave, loud: () => told.filter((line) => !line.startsWith('debug')) }
}

const head = (request: string, ...headers: string[]) =>
  `${[`${request} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

describe('a client that goes away', () => {
  it.each([
    ['while it sends a body', `${head('POST /api/projects', 'Content-Length: 500000')}{"name":"`],
    ['between two chunks', `${head('POST /api/projects', 'Transfer-Encoding: chunked')}5\r\n{"nam\r\n`],
    ['in the middle of a chunk', `${head('PATCH /api/tasks/x', 'Transfer-Encoding: chunked')}50\r\n{"nam`],
    ['while it sends headers', 'GET /api/tasks HTTP/1.1\r\nHost: loc'],
    ['as soon as it has asked for a WebSocket', head('GET /', ...upgrade, key)],
    ['whose WebSocket is refused', head('GET /pty', ...upgrade, key)],
    ['that sends half a frame', `${head('GET /ws', ...upgrade, key)}\x81\xfe`],
    ['from an event stream', head('GET /api/events?since=0')],
  ])('%s is nothing that anybody has to look at', async (_, sent) => {
    const { open, healthy, leave, loud } = await start()
    const socket = await open()
    socket.write(sent, 'latin1')
    await healthy()
    await leave(socket)
    expect(loud()).toEqual([])
  })

  it('at once is nothing that anybody has to look at', async () => {
    const { open, leave, loud } = await start()
    for (let n = 0; n < 10; n++) {
      const socket = await open()
      socket.write(head('GET /api/tasks'))
      if (n % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      await leave(socket)
    }
    expect(loud()).toEqual([])
  })

  it('while a long answer is written to it is nothing that anybody has to look at', async () => {
    const { services, open, leave, loud } = await start()
    const { workspace, clock } = services
    const description = 'x'.repeat(4_000_000)
    await workspace.change((tx) =>
      tx.put('templates', {
        ...{ id: 'tmpl_1', name: 'long', role: 'worker', content: description, isDefault: false },
        ...{ createdAt: clock(), updatedAt: clock() },
      }),
    )
    const socket = await open()
    socket.write(head('GET /api/templates').repeat(3))
    await once(socket, 'readable')
    await leave(socket)
    expect(loud()).toEqual([])
  })
})

describe('headers', () => {
  const ask = async (bytes: number) => {
    const { open } = await start()
    const socket = await open()
    const cookie = `Cookie: ${'a'.repeat(bytes)}`
    socket.write(head('GET /health', cookie, 'Connection: close'))
    return text(socket)
  }

  it('of up to 64 KiB are read: cookies of localhost come from every port', async () => {
    expect(await ask(20_000)).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(await ask(65_000)).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  })

  it.each([66_000, 900_000])(
    'of more are refused as such, and the connection is closed: %i bytes',
    async (n) => {
      const answer = await ask(n)
      expect(answer).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/)
      const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
      const message = 'The headers are larger than 64 KiB'
      expect(body).toEqual({ error: true, code: 'HEADERS_TOO_LARGE', message })
    },
  )

  it('are counted with the address', async () => {
    const { open } = await start()
    const socket = await open()
    socket.write(head(`GET /${'a'.repeat(40_000)}`, `Cookie: ${'b'.repeat(30_000)}`))
    expect(await text(socket)).toMatch(/^HTTP\/1.1 431 /)
  })

  it('that are none are refused, and the connection is closed', async () => {
    const { open } = await start()
    const socket = await open()
    socket.write('Bring me the tasks, please\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n.*"The request is not valid HTTP"/s)
  })
})

describe('what Node or its WebSockets would refuse themselves', () => {
  const answerTo = async (sent: string) => {
    const { open } = await start()
    const socket = await open()
    socket.write(sent)
    const answer = await text(socket)
    const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    return { status: answer.slice(9, 12), body }
  }

  it.each([
    ['without a key', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']],
    ['with a key that is none', [...upgrade, 'Sec-WebSocket-Key: aGk=']],
    ['of a version to come', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 99', key]],
    ['for another protocol', ['Connection: Upgrade', 'Upgrade: h2c', key]],
  ])('is answered as every error is: a WebSocket %s', async (_, headers) => {
    expect(await answerTo(head('GET /ws', ...headers))).toEqual({
      status: '400',
      body: { error: true, code: 'VALIDATION_ERROR', message: 'The request is not valid HTTP' },
    })
  })

  it('is answered as if it had not been asked for: an expectation of what there is not', async () => {
    const sent = head('GET /api/tasks/none', 'Expect: a-miracle', 'Connection: close')
    expect(await answerTo(sent)).toMatchObject({ status: '404', body: { code: 'TASK_NOT_FOUND' } })
  })
})
