// What is no call of a tool breaks something, passes, or tells the agent nothing that helps it on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session } from './http'
import { callTool, connectMcp, modernVersion, tool } from './mcp'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project = ''
beforeAll(async () => {
  project = (await api.project()).id
})

const spawned = async (fields: object = {}, projectId = project) => {
  const task = await api.task(projectId)
  const { session } = await api.ok<{ session: Session }>('POST', '/api/sessions/spawn', {
    projectId,
    taskIds: [task.id],
    ...fields,
  })
  const { token } = await api.ok<{ token: string }>('POST', `/api/sessions/${session.id}/token`)
  return { session, task, headers: { Authorization: `Bearer ${token}` } }
}

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

describe('a tool', () => {
  it('that is not there, or not in the tier, is named with those that are', async () => {
    const mcp = await connectMcp(target.url, { era: 'modern', query: '?tier=worker' })
    for (const name of ['burn', 'spawn', '', '__proto__'])
      await expect(callTool(mcp, name), name).rejects.toThrow(
        `There is no tool "${name}" here: there are whoami,`,
      )
    await mcp.close()
  })

  it('refuses arguments that it does not have, or that are wrong, and changes nothing', async () => {
    const { headers, task } = await spawned()
    const mcp = await connectMcp(target.url, { era: 'modern', headers })
    const before = await api.get(`/api/tasks/${task.id}`)
    for (const [given, message] of [
      [
        { message: 'x', task: task.id },
        'task is no argument of report: it takes message, taskId, outcome, epoch',
      ],
      [{}, 'message is required'],
      [{ message: '  ' }, 'message is required'],
      [{ message: 7 }, 'message must be a string'],
      [
        { message: 'x', taskId: task.id, outcome: 'done' },
        'outcome must be one of "completed", "failed", "blocked"',
      ],
      [{ message: 'x', taskId: '' }, 'taskId is required'],
    ] satisfies [Record<string, unknown>, string][])
      expect(await callTool(mcp, 'report', given), message).toMatchObject({
        isError: true,
        body: {
          error: true,
          code: 'VALIDATION_ERROR',
          message,
          next: 'Correct the arguments, then call again',
        },
      })
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(before)
    await mcp.close()
  })

  it('that needs a session says how to get one', async () => {
    const mcp = await connectMcp(target.url, { era: 'modern' })
    expect(await tool(mcp, 'whoami')).toMatchObject({
      session: null,
      note: expect.stringContaining('X-Maestro-Session'),
    })
    for (const [name, given] of [
      ['my_tasks', {}],
      ['claim_next', {}],
      ['report', { message: 'x' }],
      ['release', { taskId: 'task_0' }],
      ['queue', { action: 'list' }],
      ['ask', { title: 'Which?' }],
    ] satisfies [string, Record<string, unknown>][])
      expect(await callTool(mcp, name, given), name).toMatchObject({
        isError: true,
        body: { code: 'NO_SESSION', message: expect.stringContaining('MAESTRO_SESSION_ID') },
      })
    await mcp.close()
  })

  it('does what its session may, and no more', async () => {
    const { headers, task } = await spawned()
    const elsewhere = (await api.project()).id
    const other = await spawned({}, elsewhere)
    const mcp = await connectMcp(target.url, { era: 'modern', headers, query: '?tier=all' })
    const forbidden = (message: string) => ({
      isError: true,
      body: { code: 'FORBIDDEN', message: expect.stringContaining(message) },
    })
    for (const [name, given, message] of [
      ['update_task', { taskId: task.id, title: 'Mine' }, 'change a task otherwise than by updateSource'],
      ['spawn', { taskIds: [task.id] }, 'spawn a session unless it is an orchestrator'],
      ['create_task', { projectId: elsewhere, title: 'x' }, 'create a task outside its project'],
      ['report', { taskId: other.task.id, message: 'x' }, 'update a task outside its project'],
      ['tell', { sessionId: other.session.id, text: 'x' }, 'tell a session something outside its project'],
      ['claim_next', { projectId: elsewhere }, 'outside its project'],
    ] satisfies [string, Record<string, unknown>, string][])
      expect(await callTool(mcp, name, given), name).toMatchObject(forbidden(message))
    const asked = await api.ok<{ id: string }>('POST', `/api/sessions/${other.session.id}/requests`, {
      kind: 'question',
      title: 'x',
    })
    expect(await callTool(mcp, 'ask', { requestId: asked.id })).toMatchObject(forbidden('of another session'))
    await mcp.close()
  })

  it('of a claim that has ended, or is of another, is refused as stale', async () => {
    const [one, other] = [await spawned(), await spawned()]
    const { id } = await api.task(project, { priority: 'high' })
    const mine = await connectMcp(target.url, { era: 'modern', headers: one.headers })
    const theirs = await connectMcp(target.url, { era: 'modern', headers: other.headers })
    expect(await tool(mine, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 1 } } })
    const stale = {
      isError: true,
      body: { code: 'STALE_CLAIM', next: expect.stringContaining('claim_next') },
    }
    expect(await callTool(theirs, 'release', { taskId: id, outcome: 'completed' })).toMatchObject(stale)
    await tool(mine, 'release', { taskId: id })
    expect(await tool(theirs, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 2 } } })
    expect(await callTool(mine, 'release', { taskId: id, outcome: 'completed', epoch: 1 })).toMatchObject(
      stale,
    )
    expect(await api.get(`/api/tasks/${id}`)).toMatchObject({
      claim: { sessionId: other.session.id, epoch: 2 },
    })
    await tool(theirs, 'release', { taskId: id })
    expect(await tool(mine, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 3 } } })
    const late = { taskId: id, message: 'x', outcome: 'completed', epoch: 1 }
    expect(await callTool(mine, 'report', late)).toMatchObject(stale)
    await mine.close()
    await theirs.close()
  })
})
