// A client asks and asks, and reads nothing: what waits for it grows until the server is gone.

import { once } from 'node:events'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Env } from '../../functions/services/app-services'
import { createMemoryServices } from '../functions/services'
import { listenHere } from './listen-here'

/** What a connection's buffers, ours and the kernel's, hold of answers of a megabyte, and more than that. */
const fewAnswers = 20
const largeAnswer = 'x'.repeat(1024 * 1024)

const start = async (stallMs?: number) => {
  const asked: string[] = []
  const app = new Hono<Env>()
  app.get('/large/:n', (c) => {
    asked.push(c.req.param('n'))
    return c.text(largeAnswer)
  })
  app.get('/small/:n', (c) => {
    asked.push(c.req.param('n'))
    return c.text(`small ${c.req.param('n')};`)
  })
  const { port, connections, open } = await listenHere(await createMemoryServices(), app, stallMs)
  return { port, asked, open, connections, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) }
}

const requests = (kind: string, count: number) =>
  Array.from({ length: count }, (_, n) => `GET /${kind}/${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('')

describe('requests that a client sends ahead', () => {
  it('are not begun while the answers before them are not read, and others are answered meanwhile', async () => {
    const { asked, open, get } = await start()
    const socket = open().pause()
    socket.write(requests('large', 1000))
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    for (let n = 0; n < 50; n++) expect(await (await get('/small/other')).text()).toBe('small other;')
    expect(asked.filter((n) => n !== 'other').length).toBeLessThan(fewAnswers)
  })

  it('are all answered, in their order, to a client that reads', async () => {
    const { open } = await start()
    const socket = open().setEncoding('utf8')
    socket.write(requests('small', 1000))
    let text = ''
    for await (const part of socket) {
      text += part
      if (text.includes('small 999;')) break
    }
    const answers = [...text.matchAll(/small (\d+);/g)].map(([, n]) => Number(n))
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  })

  it('are not begun when the client has gone', async () => {
    const { asked, open, connections, get } = await start()
    const socket = open().pause()
    socket.write(requests('large', 500))
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    socket.destroy()
    await expect.poll(connections).toBe(0)
    const begun = asked.length
    expect(begun).toBeLessThan(fewAnswers)
    await get('/small/other')
    expect(asked.length).toBe(begun + 1)
  })

  it('cut off a connection on which thousands wait', async () => {
    const { open } = await start()
    const socket = open()
    socket.write(`GET /large/0 HTTP/1.1\r\n\r\n${'GET / HTTP/1.1\r\n\r\n'.repeat(10_000)}`)
    socket.resume()
    await once(socket, 'close')
  })
})

describe('a client that takes nothing of what waits for it', () => {
  it('is cut off, socket and all', async () => {
    const { asked, open, connections } = await start(50)
    const socket = open().pause()
    socket.write(requests('large', 100))
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    await expect.poll(connections).toBe(0)
  })

  it('does not get pongs without end', async () => {
    const { port, connections } = await start()
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    onTestFinished(() => socket.terminate())
    socket.on('error', () => undefined)
    await once(socket, 'open')
    socket.pause()
    const ping = Buffer.alloc(125)
    const gone = once(socket, 'close')
    let hasLeft = false
    void gone.then(() => {
      hasLeft = true
    })
    for (let n = 0; n < 400_000 && !hasLeft; n++) {
      socket.ping(ping, true, () => undefined)
      if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(connections).toBe(0)
  })
})
