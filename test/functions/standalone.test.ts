// Somebody mounts one endpoint in an app of their own, and it leans on something that only our app gives it.
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '../../functions/app'
import type { AppServices, Env } from '../../functions/services/app-services'
import { createMemoryServices } from './services'

describe('an endpoint alone on an empty app', () => {
  let host: AppServices
  beforeAll(async () => {
    host = await createMemoryServices()
  })
  afterAll(() => host.workspace.close())

  it.each(routes)('%s %s answers by itself', async (method, path, endpoint) => {
    const app = new Hono<Env>()
    app.on(method, path, endpoint)
    const cancel = new AbortController()
    const request = new Request(`http://localhost${path.replaceAll(/:\w+/g, 'nothing')}`, {
      method,
      signal: cancel.signal,
      ...(method === 'GET' ? {} : { body: '{}' }),
    })
    const response = await app.fetch(request, host)
    expect(response.status).toBeLessThan(500)
    if (response.headers.get('Content-Type')?.startsWith('application/json')) await response.json()
    if (response.status >= 400) expect(response.headers.get('Content-Type')).toBe('application/json')
    cancel.abort()
    await response.body?.cancel().catch(() => undefined)
  })
})
