import { afterAll, describe, expect, it } from 'vitest'
import { client } from './http'
import { connect } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

interface Status {
  connectedClients: number
  clients: { readyState: number; readyStateText: string }[]
}
const status = () => api.get<Status>('/ws-status')

describe('GET /health', () => {
  it('says ok, the time, and for how many seconds it has run', async () => {
    const before = Date.now()
    const health = await api.get<{ status: string; timestamp: number; uptime: number }>('/health')
    expect(health).toEqual({ status: 'ok', timestamp: expect.any(Number), uptime: expect.any(Number) })
    expect(health.timestamp).toBeGreaterThanOrEqual(before)
    // In seconds: in milliseconds, the time since this file began would be a thousand times too long.
    expect(health.uptime).toBeLessThan(performance.now())
    expect(Number.isInteger((await api.get<typeof health>('/health')).timestamp)).toBe(true)
    // It may have been started within this millisecond.
    await expect
      .poll(async () => (await api.get<typeof health>('/health')).uptime)
      .toBeGreaterThan(health.uptime)
  })
})

describe('GET /ws-status', () => {
  it('counts the connections', async () => {
    expect(await status()).toEqual({ connectedClients: 0, clients: [] })
    const sockets = [await connect(target.url), await connect(target.url, { path: '/ws' })]
    const open = { readyState: 1, readyStateText: 'OPEN' }
    expect(await status()).toEqual({ connectedClients: 2, clients: [open, open] })

    await sockets[0]?.close()
    await expect.poll(async () => (await status()).connectedClients).toBe(1)
    await sockets[1]?.close()
    await expect.poll(status).toEqual({ connectedClients: 0, clients: [] })
  })
})

describe('every response', () => {
  it('carries the request’s own id, when that is one', async () => {
    for (const id of ['a', 'Trace-1.2_3', 'x'.repeat(128)]) {
      for (const path of ['/health', '/api/projects', '/api/nothing', '/api/tasks/task_none']) {
        const { headers } = await api.request<unknown>('GET', path, undefined, { 'x-request-id': id })
        expect(headers.get('x-request-id')).toBe(id)
      }
    }
  })

  it('carries an id of the server’s otherwise, each its own', async () => {
    const given = ['', 'x'.repeat(129), 'a b', 'a/b', '<script>', 'é']
    const seen = await Promise.all(
      given.map(async (id) => {
        const { headers } = await api.request<unknown>('GET', '/api/projects', undefined, {
          'x-request-id': id,
        })
        return headers.get('x-request-id') ?? ''
      }),
    )
    for (const id of seen) {
      expect(id).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
      expect(given).not.toContain(id)
    }
    expect(new Set(seen).size).toBe(given.length)
  })
})

describe('a page in a browser', () => {
  const origin = 'http://localhost:5173'

  it.each([
    ['/api/projects', 'POST'],
    ['/api/projects/proj_1', 'PUT'],
    ['/api/tasks/task_1', 'PATCH'],
    ['/api/sessions/sess_1/tasks/task_1', 'DELETE'],
    ['/api/sessions/spawn', 'POST'],
    ['/api/sessions/sess_1/queue/start', 'POST'],
    ['/health', 'GET'],
  ])('is told by a preflight that it may call: %s %s', async (path, method) => {
    const { status, headers } = await api.request<unknown>('OPTIONS', path, undefined, {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type,authorization,if-match',
    })
    expect([200, 204]).toContain(status)
    expect(['*', origin]).toContain(headers.get('access-control-allow-origin'))
    expect(headers.get('access-control-allow-methods')).toContain(method)
    const allowed = headers.get('access-control-allow-headers')?.toLowerCase()
    for (const header of ['content-type', 'authorization', 'if-match']) expect(allowed).toContain(header)
  })

  it('may read the answer, errors too, and the headers that it needs', async () => {
    for (const path of ['/api/projects', '/api/projects/proj_none', '/api/nothing']) {
      const { headers } = await api.request<unknown>('GET', path, undefined, { origin })
      expect(['*', origin]).toContain(headers.get('access-control-allow-origin'))
      const exposed = headers.get('access-control-expose-headers')?.toLowerCase()
      for (const header of ['etag', 'x-next-cursor', 'x-total-count', 'x-request-id']) {
        expect(exposed).toContain(header)
      }
    }
  })
})
