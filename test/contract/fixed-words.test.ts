// A client asks for a fixed word in a path, and the server takes it for an id.
import { afterAll, describe, expect, it } from 'vitest'
import { client } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

describe('a fixed word in a path is never taken for an id', () => {
  it.each([
    ['GET', '/api/sessions/spawn', 'POST'],
    ['PATCH', '/api/sessions/spawn', 'POST'],
    ['DELETE', '/api/sessions/spawn', 'POST'],
    ['POST', '/api/skills/role/worker', 'GET'],
    ['POST', '/api/skills/role/reload', 'GET'],
    ['POST', '/api/templates/role/reset', 'GET'],
    ['POST', '/api/templates/default/reset', 'GET'],
    ['DELETE', '/api/templates/role/worker', 'GET'],
  ])('%s %s is 405', async (method, path, allowed) => {
    const answer = await api.request(method, path, method === 'GET' ? undefined : {})
    expect(answer.status).toBe(405)
    expect(answer.headers.get('Allow')).toBe(allowed)
    expect(answer.body).toMatchObject({ error: true, code: 'METHOD_NOT_ALLOWED' })
  })
})
