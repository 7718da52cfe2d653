// A command fails, or hangs, where it would not with `fetch`; or what it says of why is lost.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRequests, type Fetch } from '../../functions/client/requests'
import { httpFetch } from '../../local-dev/lib/http-fetch'
import { freePort } from '../contract/server'

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Says one thing to each connection, whatever it is asked, and ends it. */
const say = async (text: string) => {
  const sockets: Socket[] = []
  const server = createSocketServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(text))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const echo: RequestListener = async (request, response) => {
  const parts: Uint8Array[] = []
  for await (const part of request) parts.push(part)
  const { method, url, headers } = request
  const { authorization, 'content-type': type, 'content-length': length } = headers
  response.writeHead(201, { 'X-Two': ['a', 'b'], ETag: '"ä"' })
  const body = Buffer.concat(parts).toString()
  response.end(JSON.stringify({ method, url, authorization, type, length, body }))
}

const ways: [string, Fetch][] = [
  ['fetch', fetch],
  ['what stands in for it', httpFetch],
]

describe.each(ways)('%s', (_, ask) => {
  const asked = { method: 'GET', headers: {} }
  /** The reason of a client that asks so, behind its own words. */
  const reasonOf = async (url: string, signal?: AbortSignal) => {
    const requests = createRequests({ url, fetch: ask })
    const error: unknown = await requests
      .text('GET', '/', { ...(signal && { signal }) })
      .catch((error) => error)
    return error instanceof Error ? error.message.split(': ').slice(1).join(': ') : undefined
  }

  it('sends all, and gives all of what is answered', async () => {
    const url = await serve(echo)
    for (const method of ['POST', 'PATCH', 'DELETE', 'GET']) {
      const body = method === 'GET' ? undefined : '{"a":"ä \ud83d\ude00"}'
      const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' }
      const answer = await ask(`${url}/a%20b?c=%2F&d=é#e`, { method, headers, ...(body && { body }) })
      expect({ ok: answer.ok, status: answer.status }).toEqual({ ok: true, status: 201 })
      expect(['x-two', 'X-Two', 'x-none', 'etag'].map((name) => answer.headers.get(name))).toEqual([
        'a, b',
        'a, b',
        null,
        '"ä"',
      ])
      expect(JSON.parse(await answer.text())).toEqual({
        method,
        url: '/a%20b?c=%2F&d=%C3%A9',
        authorization: 'Bearer x',
        type: 'application/json',
        ...(body && { length: String(Buffer.byteLength(body)) }),
        body: body ?? '',
      })
    }
  })

  it('says the length of a body that is not there', async () => {
    const answer = await ask(await serve(echo), { method: 'POST', headers: {} })
    expect(JSON.parse(await answer.text())).toMatchObject({ length: '0', body: '' })
  })

  it('gives an answer without a body, and one that is an error', async () => {
    const url = await serve(({ url = '' }, response) => {
      response.writeHead(Number(url.slice(1)))
      response.end()
    })
    for (const status of [204, 304, 404, 500]) {
      const answer = await ask(`${url}/${status}`, asked)
      expect({ status: answer.status, ok: answer.ok, text: await answer.text() }).toEqual({
        status,
        ok: status === 204,
        text: '',
      })
    }
  })

  it('gives bytes as they are, also in parts that break a character, and text without its mark', async () => {
    const bytes = Buffer.from('\ufeffä€\ud83d\ude00')
    const url = await serve((_, response) => {
      response.write(bytes.subarray(0, 4))
      setTimeout(() => response.end(bytes.subarray(4)), 20)
    })
    expect(new Uint8Array(await (await ask(url, asked)).arrayBuffer())).toEqual(new Uint8Array(bytes))
    expect(await (await ask(url, asked)).text()).toBe('ä€\ud83d\ude00')
  })

  it('gives what comes while it comes, until nobody reads', async () => {
    let closed: Promise<unknown> = Promise.resolve()
    const url = await serve((_, response) => {
      closed = once(response, 'close')
      response.write('one')
    })
    const { body } = await ask(url, asked)
    const reader = body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one')
    await reader?.cancel()
    await closed
  })

  it('ends when it is told to, before an answer and within one, with the reason', async () => {
    const url = await serve(({ url }, response) => void (url === '/begun' && response.write('one')))
    for (const path of ['/', '/begun']) {
      const stop = new AbortController()
      const reading = ask(url + path, { ...asked, signal: stop.signal }).then(async ({ body }) => {
        const reader = body?.getReader()
        while ((await reader?.read())?.done === false) setTimeout(() => stop.abort(new Error('enough')), 5)
      })
      if (path === '/') setTimeout(() => stop.abort(new Error('enough')), 20)
      await expect(reading).rejects.toThrow('enough')
    }
    await expect(ask(url, { ...asked, signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })

  it('says why there is no answer', async () => {
    const url = await say('HTTP/1.1 200 OK\r\n')
    expect(await reasonOf(`http://127.0.0.1:${await freePort()}`)).toMatch(/^connect ECONNREFUSED/)
    expect(await reasonOf(url)).toMatch(/./)
    expect(await reasonOf(await say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'))).toMatch(/./)
    const silent = await serve(() => undefined)
    expect(await reasonOf(silent, AbortSignal.timeout(20))).toBe('The operation was aborted due to timeout')
  })

  it('goes where it is sent', async () => {
    const target = await serve((_, response) => response.end('there'))
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await serve((_, response) => response.writeHead(status, { Location: `${target}/` }).end())
      expect(await (await ask(url, asked)).text()).toBe('there')
    }
  })

  it('asks again over the same connection, and again when that has been closed', async () => {
    const ports = new Set<number | undefined>()
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      if (request.url === '/last') response.setHeader('Connection', 'close')
      response.end('ok')
    })
    for (const path of ['/', '/', '/last', '/'])
      expect(await (await ask(url + path, asked)).text()).toBe('ok')
    expect(ports.size).toBe(2)
  })
})
