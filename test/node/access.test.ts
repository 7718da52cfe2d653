// Who may call. A caller at another address of this machine cannot be tested on loopback alone, and is not.

import { request } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client, type Problem, refusal } from '../contract/http'
import { startServer } from '../contract/server'
import { connect, upgradeStatus } from '../contract/socket'

const token = 'c0rrect-h0rse-battery'
const [open, named, locked] = await Promise.all([
  startServer({ env: { SERVER_URL: 'http://maestro.lan:9999' } }),
  startServer({ env: { CORS_ORIGINS: 'https://ui.example,https://other.example:8443' } }),
  startServer({ env: { MAESTRO_API_TOKEN: token } }),
])
afterAll(() => Promise.all([open.stop(), named.stop(), locked.stop()]))

interface RequestOptions {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  /** Whether a Host is made up where the headers name none. */
  setHost?: boolean
}

/** fetch would not let a test choose its Host. */
const call = (
  port: number,
  { method = 'GET', path = '/api/projects', headers = {}, body, setHost = true }: RequestOptions,
) =>
  new Promise<{ status: number | undefined; body: Problem | undefined }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, setHost }, (response) => {
      let text = ''
      response.on('data', (part) => (text += part))
      response.on('end', () =>
        resolve({ status: response.statusCode, body: text ? parseTrusted(text) : undefined }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })

const forbidden = refusal(403, 'FORBIDDEN')
const unauthorized = refusal(401, 'UNAUTHORIZED')
const ok = { status: 200 }
const bearer = { authorization: `Bearer ${token}` }

describe('GET /health', () => {
  it('answers anyone, without parameters', async () => {
    for (const headers of [{}, { host: 'evil.example' }, { origin: 'https://evil.example' }]) {
      for (const { port } of [open, named, locked]) {
        expect(await call(port, { path: '/health', headers })).toMatchObject(ok)
      }
    }
  })

  it('tells more only to those who may call', async () => {
    const path = '/health?verbose=1'
    expect(await call(open.port, { path, headers: { host: 'evil.example' } })).toMatchObject(forbidden)
    expect(await call(locked.port, { path })).toMatchObject(unauthorized)
    expect(await call(locked.port, { path, headers: bearer })).toMatchObject(ok)
  })
})

describe('without a token, a page that has its own name point at this machine', () => {
  const names = [
    ...['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example'],
    ...['evil-localhost', '192.168.1.5:3000', '[::2]', '128.0.0.1', '127.0.0.1.', '127.0.0.999'],
  ]
  it.each(names)('gets nothing: Host %s', async (host) => {
    expect(await call(open.port, { headers: { host } })).toMatchObject(forbidden)
    expect(await upgradeStatus(open.url, { headers: { host } })).toBe(403)
  })

  it.each(['', 'localhost@evil.example', 'localhost/', 'localhost, evil.example', undefined])(
    'gets nothing with what is no name of a host: %j',
    async (host) => {
      const { status } = await call(open.port, {
        headers: host === undefined ? {} : { host },
        setHost: false,
      })
      expect([400, 403]).toContain(status)
    },
  )

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]', 'maestro.lan:9999'])(
    'is no such page: Host %s',
    async (host) => {
      const names = host.includes('9999') ? [host] : [host, `${host}:${open.port}`]
      for (const name of names) {
        expect(await call(open.port, { headers: { host: name } })).toMatchObject(ok)
        expect(await upgradeStatus(open.url, { headers: { host: name } })).toBe(101)
      }
    },
  )

  it('changes nothing, and learns nothing of what is there', async () => {
    const create = { method: 'POST', body: '{"name":"x"}', headers: { host: 'evil.example' } }
    expect(await call(open.port, create)).toMatchObject(forbidden)
    expect(await call(open.port, { ...create, path: '/api/nothing' })).toMatchObject(forbidden)
    expect(await client(open.url).get('/api/projects')).toEqual([])
  })
})

describe('a web page', () => {
  const evil = [
    ...[
      'https://evil.example',
      'http://localhost.evil.example',
      'https://evil.example:3000',
      'null',
      'file://',
    ],
    ...['http://127.0.0.1.evil.example', 'chrome-extension://abcdef', 'https://ui.example.evil.example'],
    ...['http://ui.example', 'https://ui.example:444', 'tauri://evil', 'https://localhost@evil.example'],
  ]
  it.each(evil)('from elsewhere is refused: Origin %s', async (origin) => {
    for (const { port, url } of [open, named]) {
      expect(await call(port, { headers: { origin } })).toMatchObject(forbidden)
      expect(await call(port, { headers: { origin }, method: 'POST', body: '{"name":"x"}' })).toMatchObject(
        forbidden,
      )
      expect(await upgradeStatus(url, { headers: { origin } })).toBe(403)
    }
    expect(await client(open.url).get('/api/projects')).toEqual([])
  })

  it.each([
    ...['http://localhost', 'http://localhost:5173', 'https://localhost:8443', 'http://127.0.0.1:1234'],
    ...['http://[::1]:5173', 'tauri://localhost', 'http://tauri.localhost', 'https://tauri.localhost'],
  ])('of this machine may call: Origin %s', async (origin) => {
    for (const { port, url } of [open, named]) {
      expect(await call(port, { headers: { origin } })).toMatchObject(ok)
      expect(await upgradeStatus(url, { headers: { origin } })).toBe(101)
    }
  })

  it('of the server’s own address, or listed by name, may call', async () => {
    expect(await call(open.port, { headers: { origin: 'http://maestro.lan:9999' } })).toMatchObject(ok)
    for (const origin of ['https://ui.example', 'https://other.example:8443']) {
      expect(await call(named.port, { headers: { origin } })).toMatchObject(ok)
      expect(await upgradeStatus(named.url, { headers: { origin } })).toBe(101)
    }
  })

  it('from anywhere may call where every origin is listed and a token protects the server', async () => {
    const headers = { origin: 'https://evil.example' }
    expect(await call(locked.port, { headers: { ...headers, ...bearer } })).toMatchObject(ok)
    expect(await call(locked.port, { headers })).toMatchObject(unauthorized)
    expect(await upgradeStatus(locked.url, { headers: { ...headers, ...bearer } })).toBe(101)
    expect(await upgradeStatus(locked.url, { headers })).toBe(401)
  })

  it('can ask by preflight without the token, which no browser sends with it', async () => {
    const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' }
    const { status } = await call(locked.port, { method: 'OPTIONS', headers })
    expect([200, 204]).toContain(status)
  })
})

describe('with a token', () => {
  const wrong = [
    ...[undefined, '', 'Bearer', 'Bearer ', `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, token],
    ...[`Basic ${token}`, `Bearer ${token.toUpperCase()}`, `Bearer x ${token}`],
  ]
  it.each(wrong)(
    'nothing is answered to a request that lacks it: Authorization %s',
    async (authorization) => {
      const headers = authorization === undefined ? {} : { authorization }
      for (const path of ['/api/projects', '/ws-status', '/api/nothing', '/api/sessions/sess_none']) {
        expect(await call(locked.port, { path, headers })).toMatchObject(unauthorized)
      }
      expect(await call(locked.port, { method: 'PUT', path: '/api/tasks', headers })).toMatchObject(
        unauthorized,
      )
      expect(await call(locked.port, { method: 'POST', body: '{', headers })).toMatchObject(unauthorized)
      expect(await upgradeStatus(locked.url, { headers })).toBe(401)
    },
  )

  it('everything is answered to one that has it, by whatever name it calls the server', async () => {
    expect(await call(locked.port, { headers: bearer })).toMatchObject(ok)
    expect(await call(locked.port, { headers: { ...bearer, host: 'maestro.lan' } })).toMatchObject(ok)
    const create = { method: 'POST', body: '{"name":"x"}', headers: bearer }
    expect(await call(locked.port, create)).toMatchObject({ status: 201 })
  })

  it('a WebSocket may bring it as a header or in its address, and hears of changes', async () => {
    const path = `/?token=${encodeURIComponent(token)}`
    for (const options of [{ path }, { path: `/ws?token=${token}` }, { headers: bearer }]) {
      const socket = await connect(locked.url, options)
      await call(locked.port, { method: 'POST', body: '{"name":"x"}', headers: bearer })
      expect(await socket.next()).toMatchObject({ type: 'project:created' })
      await socket.close()
    }
    expect(await upgradeStatus(locked.url, { path: '/?token=wrong' })).toBe(401)
    expect(await upgradeStatus(locked.url, { path: '/?token=' })).toBe(401)
  })

  it('no other request may bring it in its address', async () => {
    expect(await call(locked.port, { path: `/api/projects?token=${token}` })).toMatchObject(unauthorized)
  })
})

describe('what is checked first', () => {
  it('is the origin, before the token', async () => {
    const both = await startServer({ env: { MAESTRO_API_TOKEN: token, CORS_ORIGINS: 'https://ui.example' } })
    try {
      const headers = { origin: 'https://evil.example' }
      expect(await call(both.port, { headers })).toMatchObject(forbidden)
      expect(await call(both.port, { headers: { ...headers, ...bearer } })).toMatchObject(forbidden)
      expect(await upgradeStatus(both.url, { headers: { ...headers, ...bearer } })).toBe(403)
      expect(await call(both.port, { headers: { origin: 'https://ui.example' } })).toMatchObject(unauthorized)
    } finally {
      await both.stop()
    }
  })
})
