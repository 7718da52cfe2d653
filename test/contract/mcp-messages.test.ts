// What is no call of a tool breaks something, passes, or is answered by what no client knows.
import { afterAll, describe, expect, it } from 'vitest'
import { agentsOf } from './agents'
import { client, refusal } from './http'
import { modernVersion } from './mcp'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { id: project } = await api.project()
const { spawned } = agentsOf(api, () => project)

/** A message as it is written, whatever it is. */
const post = async (body: string, headers: Record<string, string> = {}, query = '') => {
  const response = await fetch(`${target.url}/mcp${query}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })
  const text = await response.text()
  const answer: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, body: answer }
}

const rpc = (method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

const envelope = (version: string) => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
})

describe('/mcp', () => {
  it('takes POST alone, and says so', async () => {
    for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
      const answer = await api.request(method, '/mcp')
      expect(answer, method).toMatchObject(
        refusal(405, 'METHOD_NOT_ALLOWED', `${method} is not allowed here: use POST`),
      )
      expect(answer.headers.get('allow')).toBe('POST')
    }
  })

  it('knows three tiers, and refuses any other', async () => {
    const namesFor = async (query: string) => {
      const { body } = await post(rpc('tools/list'), {}, query)
      return Object(body).result.tools.length
    }
    expect(await namesFor('')).toBe(15)
    expect(await namesFor('?tier=worker')).toBe(7)
    expect(await namesFor('?tier=orchestrator')).toBe(15)
    expect(await namesFor('?tier=all')).toBe(15)
    for (const tier of ['', 'boss', 'Worker', 'worker,all'])
      expect(await post(rpc('tools/list'), {}, `?tier=${tier}`), tier).toMatchObject(
        refusal(400, 'VALIDATION_ERROR', `tier must be one of worker, orchestrator, all, not "${tier}"`),
      )
  })

  it('refuses pages that nobody has listed, and tokens that do not hold', async () => {
    const page = { Origin: 'http://localhost:5173' }
    expect(await post(rpc('tools/list'), page)).toMatchObject(refusal(403, 'FORBIDDEN'))
    const wrong = { Authorization: 'Bearer mst_sess_1_0_x' }
    expect(await post(rpc('tools/list'), wrong)).toMatchObject(refusal(401, 'UNAUTHORIZED'))
    const { headers } = await spawned()
    const another = { ...headers, 'X-Maestro-Session': 'sess_0' }
    expect(await post(rpc('tools/list'), another)).toMatchObject(refusal(403, 'FORBIDDEN'))
  })

  it('refuses the token of an earlier run', async () => {
    const { session, headers } = await spawned()
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    await api.ok('POST', `/api/sessions/${session.id}/restart`)
    expect(await post(rpc('tools/list'), headers)).toMatchObject(refusal(409, 'SESSION_ENDED'))
  })

  it('refuses what is no JSON-RPC', async () => {
    for (const body of ['', '{', 'null x', '\u0000'])
      expect(await post(body), body).toMatchObject({
        status: 400,
        body: { jsonrpc: '2.0', id: null, error: { code: -32700 } },
      })
    for (const body of ['null', '1', '"text"', '{}', '[]', '[1]', '{"jsonrpc":"1.0","id":1,"method":"ping"}'])
      expect(await post(body), body).toMatchObject({
        status: 400,
        body: { jsonrpc: '2.0', error: { code: -32600 } },
      })
    expect(await post(rpc('tools/list'), { 'Content-Type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await post(`"${'x'.repeat(1_100_000)}"`)).toMatchObject(refusal(413, 'PAYLOAD_TOO_LARGE'))
  })

  it('refuses methods and revisions that it does not know', async () => {
    expect(await post(rpc('tools/burn'))).toMatchObject({ body: { id: 1, error: { code: -32601 } } })
    expect(await post(rpc('tools/list'), { 'MCP-Protocol-Version': '2020-01-01' })).toMatchObject({
      status: 400,
    })
    const future = rpc('tools/list', { _meta: envelope('2099-01-01') })
    const headers = { 'MCP-Protocol-Version': '2099-01-01', 'Mcp-Method': 'tools/list' }
    expect(await post(future, headers)).toMatchObject({
      status: 400,
      body: { error: { code: -32022, data: { supported: [modernVersion] } } },
    })
  })

  it('refuses headers that are not those of the body', async () => {
    const call = rpc('tools/call', { name: 'whoami', arguments: {}, _meta: envelope(modernVersion) })
    const headers = {
      'MCP-Protocol-Version': modernVersion,
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'whoami',
    }
    expect(await post(call, headers)).toMatchObject({
      status: 200,
      body: { result: { resultType: 'complete' } },
    })
    for (const name of ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name']) {
      const { [name]: _, ...others } = Object(headers)
      expect(await post(call, others), name).toMatchObject({
        status: 400,
        body: { id: 1, error: { code: -32020 } },
      })
    }
    for (const wrong of [
      { 'Mcp-Method': 'tools/list' },
      { 'Mcp-Name': 'spawn' },
      { 'Mcp-Name': '=?base64?####?=' },
    ])
      expect(await post(call, { ...headers, ...wrong }), JSON.stringify(wrong)).toMatchObject({
        status: 400,
        body: { error: { code: -32020 } },
      })
    const encoded = { ...headers, 'Mcp-Name': `=?base64?${btoa('whoami')}?=` }
    expect(await post(call, encoded)).toMatchObject({ status: 200 })
  })

  it('answers each message of a batch, as the oldest clients send them, and notes what wants no answer', async () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' }
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      notification,
      { jsonrpc: '2.0', id: 'b', method: 'tools/burn' },
    ]
    expect(await post(JSON.stringify(batch))).toMatchObject({
      status: 200,
      body: [
        { id: 1, result: {} },
        { id: 'b', error: { code: -32601 } },
      ],
    })
    expect(await post(JSON.stringify([notification]))).toMatchObject({ status: 202, body: undefined })
    expect(await post(JSON.stringify(notification))).toMatchObject({ status: 202, body: undefined })
    const many = Array.from({ length: 101 }, () => notification)
    expect(await post(JSON.stringify(many))).toMatchObject({ status: 400 })
  })

  it('says hello in the revision that an older client asks for, and to others in the newest of those', async () => {
    for (const [asked, protocolVersion] of [
      ['2025-03-26', '2025-03-26'],
      ['2025-06-18', '2025-06-18'],
      ['2025-11-25', '2025-11-25'],
      [modernVersion, '2025-11-25'],
    ]) {
      const hello = { protocolVersion: asked, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
      expect(await post(rpc('initialize', hello))).toMatchObject({
        status: 200,
        body: { result: { protocolVersion, serverInfo: { name: 'maestro' }, capabilities: { tools: {} } } },
      })
    }
  })
})
