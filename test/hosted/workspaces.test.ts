/** Two teams share a deployment: neither may see anything of the other, nor anybody else of either. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Project, refusal } from '../contract/http'
import { connect, upgradeStatus } from '../contract/socket'
import { listen } from '../contract/stream'
import { type Hosted, startHosted } from './target'

let target: Hosted

const start = async (variables: Record<string, string>) => {
  target = await startHosted({ TEST_TOKEN: '', MAESTRO_API_TOKEN: '', ...variables })
}
/** A caller with a token, or with none. */
const as = (token?: string) => {
  const authorization = token === undefined ? undefined : { Authorization: `Bearer ${token}` }
  const { request } = client(target.url)
  return {
    get: (path: string) => request<unknown>('GET', path, undefined, authorization),
    project: async (name: string) =>
      (await request<Project>('POST', '/api/projects', { name }, authorization)).body,
  }
}

/** What a load balancer sees. Not with the client, which would have to read the reference to check it. */
const brief = async (): Promise<unknown> => (await fetch(`${target.url}/health`)).json()

describe('two workspaces', () => {
  beforeAll(() =>
    start({
      // From a file that PowerShell wrote.
      MAESTRO_API_TOKENS: `\ufeff${JSON.stringify({ red: ['red-1', 'red-2'], blue: ['blue-1'] })}`,
      MAESTRO_API_TOKEN: 'alone',
    }),
  )
  afterAll(() => target.stop())

  it('see nothing of each other in HTTP', async () => {
    const { id } = await as('red-1').project('of red')
    for (const [token, status, names] of [
      ['red-2', 200, ['of red']],
      ['blue-1', 404, []],
      ['alone', 404, []],
    ] as const) {
      expect((await as(token).get(`/api/projects/${id}`)).status).toBe(status)
      expect((await as(token).get('/api/projects')).body).toMatchObject(names.map((name) => ({ name })))
    }
  })

  it('get nothing of each other, by WebSocket or stream', async () => {
    const red = await connect(target.url, { path: '/?token=red-1' })
    const blue = await connect(target.url, { path: '/?token=blue-1' })
    const stream = await listen(target.url, { query: 'token=blue-1' })
    await as('red-1').project('told to red')
    const { id } = await as('blue-1').project('told to blue')
    const toldToBlue = { type: 'project:created', data: { id } }
    expect(await blue.next()).toMatchObject(toldToBlue)
    expect((await stream.next()).message).toMatchObject(toldToBlue)
    expect(await red.next()).toMatchObject({ data: { name: 'told to red' } })
    for (const { messages } of [red, blue]) expect(messages).toHaveLength(1)
    await Promise.all([red.close(), blue.close(), stream.close()])
  })

  it('have keys of their own in KV; the default one has the plain keys', async () => {
    const [red, blue, plain] = await Promise.all([
      as('red-1').project('r'),
      as('blue-1').project('b'),
      as('alone').project('d'),
    ])
    const wanted = [`@red:projects:${red.id}`, `@blue:projects:${blue.id}`, `projects:${plain.id}`]
    await expect
      .poll(async () => Object.keys(await target.kv()), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(wanted))
    const keys = Object.keys(await target.kv())
    for (const { id } of [red, blue, plain]) expect(keys.filter((key) => key.includes(id))).toHaveLength(1)
  })

  it('cannot be chosen by a header', async () => {
    const { request } = client(target.url)
    const headers = { Authorization: 'Bearer blue-1', 'X-Maestro-Workspace': 'red' }
    const { body } = await request<Project[]>('GET', '/api/projects', undefined, headers)
    expect(body.map(({ name }) => name)).not.toContain('of red')
  })
})

describe('who has no right token', () => {
  beforeAll(() => start({ MAESTRO_API_TOKENS: '{"red": ["red-1"]}' }))
  afterAll(() => target.stop())

  it('is told the same, whatever there is: nothing', async () => {
    const answers = [undefined, 'wrong', 'red', 'red-', 'red-11', 'default'].flatMap((token) =>
      ['/api/projects', '/health?verbose=1', '/nothing'].map((path) => as(token).get(path)),
    )
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject(refusal(401, 'UNAUTHORIZED'))
      expect(JSON.stringify(answer.body)).not.toContain('red')
    }
    for (const path of ['/', '/?token=wrong', '/ws?token='])
      expect(await upgradeStatus(target.url, { path })).toBe(401)
  })

  it('may send it in an address only where a header cannot be sent', async () => {
    expect((await as().get('/api/projects?token=red-1')).status).toBe(401)
    expect(await upgradeStatus(target.url, { path: '/?token=red-1' })).toBe(101)
  })

  it('gets /health all the same, and a page its preflight', async () => {
    expect(await brief()).toMatchObject({ status: 'ok' })
    const asked = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' }
    const { status, headers } = await client(target.url).request('OPTIONS', '/api/projects', undefined, asked)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  })
})

describe('a deployment without a token', () => {
  beforeAll(() => start({}))
  afterAll(() => target.stop())

  it('answers /health, and refuses everything else', async () => {
    expect(await brief()).toMatchObject({ status: 'ok' })
    for (const path of ['/api/projects', '/health?verbose=1', '/openapi.json', '/docs', '/ws-status'])
      for (const token of [undefined, '', 'x'])
        expect(await as(token).get(path)).toMatchObject(
          refusal(403, 'FORBIDDEN', expect.stringContaining('MAESTRO_API_TOKEN')),
        )
    expect(await upgradeStatus(target.url)).toBe(403)
  })
})

describe('tokens that cannot be used', () => {
  it.each([
    ['no JSON', 'red: x'],
    ['a name that would be part of other keys', '{"a:b": ["x"]}'],
    ['a token that no header carries', '{"red": ["with space"]}'],
    ['one token for two workspaces', '{"red": ["x"], "blue": ["x"]}'],
  ])('serve nobody: %s', async (_what, tokens) => {
    await start({ MAESTRO_API_TOKENS: tokens, LOG_LEVEL: 'error' })
    expect(await as('x').get('/api/projects')).toMatchObject(refusal(500, 'CONFIG_ERROR'))
    await target.stop()
  })
})
