// An agent passes for a person, for another agent, or for what it was in an earlier life.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { client, refusal, type Session, type Task } from './http'
import { connect } from './socket'
import { listen } from './stream'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const bearer = (token: string, headers: Record<string, string> = {}) => ({
  Authorization: `Bearer ${token}`,
  ...headers,
})
const tokenOf = async (id: string) =>
  (await api.ok<{ token: string }>('POST', `/api/sessions/${id}/token`)).token

/** Requests with a session's token. */
const as =
  (token: string, headers: Record<string, string> = {}) =>
  <Body = unknown>(method: string, path: string, body?: unknown) =>
    api.request<Body>(method, path, body, bearer(token, headers))

let project = ''
const spawned = async (fields: object = {}, projectId = project) => {
  const task = await api.task(projectId)
  const { session } = await api.ok<{ session: Session & { run: number } }>('POST', '/api/sessions/spawn', {
    projectId,
    taskIds: [task.id],
    ...fields,
  })
  return { session, task, token: await tokenOf(session.id) }
}

beforeAll(async () => {
  project = (await api.project()).id
})

describe('the token of a session', () => {
  it('names the session and its run, is the same when asked for again, and is given to people only', async () => {
    const { session, token } = await spawned()
    expect(token).toMatch(new RegExp(`^mst_${session.id}_${session.run}_[A-Za-z0-9_-]{43}$`))
    expect(await tokenOf(session.id)).toBe(token)
    expect(await api.request('POST', '/api/sessions/sess_0/token')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    expect(await as(token)('POST', `/api/sessions/${session.id}/token`)).toMatchObject(
      refusal(403, 'FORBIDDEN', 'A session may not get the token of a session’s agent: a person does'),
    )
  })

  it('has 0 for the run where nobody spawned the session, whatever its id', async () => {
    const { id } = await api.session(project, [], { id: 'my_own-session_7' })
    const token = await tokenOf(id)
    expect(token).toMatch(/^mst_my_own-session_7_0_[A-Za-z0-9_-]{43}$/)
    expect((await as(token)('PATCH', `/api/sessions/${id}`, { status: 'working' })).status).toBe(200)
  })

  it('that is cut, of another session or run, or spelled otherwise is refused everywhere, reading too', async () => {
    const [{ session, token }, other] = [await spawned(), await spawned()]
    const signature = token.slice(-43)
    const swapped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    // Another last character with the same six high bits would decode to the same bytes.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(signature.slice(-1))
    for (const wrong of [
      ...[token.slice(0, -1), `${token}A`, 'mst_', 'mst_x', `mst_${session.id}_${session.run}_`],
      token.slice(0, -43) + swapped,
      token.slice(0, -1) + alphabet.charAt(last ^ 1),
      `mst_${other.session.id}_${session.run}_${signature}`,
      `mst_${session.id}_${session.run + 1}_${signature}`,
      `mst_${session.id}_0${session.run}_${signature}`,
    ]) {
      const answer = await as(wrong)('GET', '/api/tasks')
      expect(answer, wrong).toMatchObject(refusal(401, 'UNAUTHORIZED'))
      expect(JSON.stringify(answer.body)).not.toContain(signature.slice(0, 20))
    }
    expect((await as(token)('GET', '/api/tasks')).status).toBe(200)
  })

  it('beside another session’s name is refused; beside its own it is not', async () => {
    const { session, token } = await spawned()
    const path = `/api/sessions/${session.id}`
    expect(await as(token, { 'X-Maestro-Session': 'sess_1' })('GET', path)).toMatchObject(
      refusal(403, 'FORBIDDEN'),
    )
    expect((await as(token, { 'X-Maestro-Session': session.id })('GET', path)).status).toBe(200)
    const person = await api.request('PATCH', path, { name: 'n' }, { 'X-Maestro-Session': session.id })
    expect(person.status).toBe(200)
  })

  it('is void when the session is deleted', async () => {
    const { session, token } = await spawned()
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    expect(await as(token)('GET', '/api/tasks')).toMatchObject(refusal(401, 'UNAUTHORIZED'))
  })

  it('does not hold for another session that is made under the same id', async () => {
    const { session, token } = await spawned()
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    await api.session(project, [], { id: session.id })
    expect(await as(token)('GET', '/api/tasks')).toMatchObject(refusal(401, 'UNAUTHORIZED'))
    expect((await as(await tokenOf(session.id))('GET', '/api/tasks')).status).toBe(200)
  })

  it('does not hold for the next session of an id that somebody has chosen, nor for the one after', async () => {
    const id = 'chosen-again'
    const tokens: string[] = []
    for (let made = 0; made < 3; made++) {
      await api.session(project, [], { id })
      tokens.push(await tokenOf(id))
      const statuses = await Promise.all(
        tokens.map(async (token) => (await as(token)('GET', '/api/tasks')).status),
      )
      expect(statuses).toEqual([...Array(made).fill(401), 200])
      await api.ok('DELETE', `/api/sessions/${id}`)
    }
  })
})

describe('what a session may change of itself', () => {
  it('is what the contract lists, field by field', async () => {
    const { session, token } = await spawned()
    const patch = (body: object) => as(token)('PATCH', `/api/sessions/${session.id}`, body)
    for (const body of [
      { status: 'working' },
      { status: 'idle', agentId: 'claude' },
      { needsInput: { active: true, message: 'Which?' } },
      { events: [{ type: 'x' }], timeline: [{ type: 'progress', message: 'm' }] },
      // What is no field is ignored here as everywhere.
      { completedAt: 1 },
    ])
      expect((await patch(body)).status, JSON.stringify(body)).toBe(200)
    for (const body of [
      ...[{ name: 'n' }, { env: {} }, { env: null }, { metadata: { role: 'orchestrator' } }, { taskIds: [] }],
      ...[{ endReason: 'r' }, { status: 'completed' }, { status: 'stopped' }, { status: 'spawning' }],
      { status: 'working', name: 'n' },
    ]) {
      const before = await api.get(`/api/sessions/${session.id}`)
      expect(await patch(body), JSON.stringify(body)).toMatchObject(refusal(403, 'FORBIDDEN'))
      expect(await api.get(`/api/sessions/${session.id}`)).toEqual(before)
    }
    expect(await patch({ name: 'n', metadata: {} })).toMatchObject(
      refusal(403, 'FORBIDDEN', 'A session may not change name, metadata of itself: a person does'),
    )
  })
})

describe('what a session may do with tasks', () => {
  it('is to report on its own, in its own name', async () => {
    const [{ task, token, session }, other] = [await spawned(), await spawned()]
    const report = { updateSource: 'session', sessionStatus: 'working' }
    expect((await as(token)('PATCH', `/api/tasks/${task.id}`, report)).status).toBe(200)
    expect(await as(token)('PATCH', `/api/tasks/${other.task.id}`, report)).toMatchObject(
      refusal(403, 'FORBIDDEN'),
    )
    expect(await as(token)('PATCH', `/api/tasks/${task.id}`, { status: 'completed' })).toMatchObject(
      refusal(403, 'FORBIDDEN'),
    )
    const note = (sessionId: string) =>
      as(token)('POST', `/api/tasks/${task.id}/timeline`, { sessionId, message: 'm' })
    expect((await note(session.id)).status).toBe(200)
    expect(await note(other.session.id)).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect(await as(token)('PATCH', '/api/tasks/task_0', report)).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
  })

  it.each(['worker', 'orchestrator'])(
    'is to report on its own of another project, too (%s)',
    async (role) => {
      const task = await api.task((await api.project()).id)
      const { session, token } = await spawned({ role, taskIds: [task.id] })
      const change = (body: object) => as(token)<Task>('PATCH', `/api/tasks/${task.id}`, body)
      expect(await change({ updateSource: 'session', sessionStatus: 'completed' })).toMatchObject({
        status: 200,
        body: { sessionStatus: 'completed' },
      })
      const note = { sessionId: session.id, message: 'm' }
      expect((await as(token)('POST', `/api/tasks/${task.id}/timeline`, note)).status).toBe(200)
      expect(await change({ title: 'Mine' })).toMatchObject(refusal(403, 'FORBIDDEN'))
    },
  )

  it('is, for an orchestrator, to change those of its project', async () => {
    const { token } = await spawned({ role: 'orchestrator' })
    const [near, far] = [await api.task(project), await api.task((await api.project()).id)]
    expect((await as(token)('PATCH', `/api/tasks/${near.id}`, { status: 'blocked' })).status).toBe(200)
    expect(await as(token)('PATCH', `/api/tasks/${far.id}`, { status: 'blocked' })).toMatchObject(
      refusal(403, 'FORBIDDEN'),
    )
  })
})

describe('after its end a session', () => {
  it('reports late and reads, and does nothing else', async () => {
    const { session, task, token } = await spawned()
    const path = `/api/sessions/${session.id}`
    const call = as(token)
    expect((await call('POST', `${path}/end`, { cause: 'reported' })).status).toBe(200)
    const note = { type: 'progress', message: 'late' }
    for (const [method, address, body] of [
      ['GET', path, undefined],
      ['GET', '/api/tasks', undefined],
      ['POST', `${path}/end`, { cause: 'exited', exitCode: 0 }],
      ['POST', `${path}/timeline`, note],
      ['POST', `${path}/events`, { type: 'x' }],
      ['PATCH', path, { timeline: [note] }],
      ['PATCH', `/api/tasks/${task.id}`, { updateSource: 'session', sessionStatus: 'completed' }],
      ['POST', `/api/tasks/${task.id}/timeline`, { sessionId: session.id, message: 'm' }],
    ] as const)
      expect((await call(method, address, body)).status, `${method} ${address}`).toBe(200)
    for (const [method, address, body] of [
      ['PATCH', path, { status: 'working' }],
      ['PATCH', path, { agentId: 'a' }],
      ['PATCH', path, { needsInput: { active: true } }],
      ['POST', '/api/tasks', { projectId: project, title: 't' }],
      ['POST', `${path}/queue/start`, {}],
      ['POST', `${path}/queue/push`, { taskId: task.id }],
    ] as const)
      expect(await call(method, address, body), `${method} ${address}`).toMatchObject(
        refusal(409, 'SESSION_ENDED'),
      )
    expect(await call('PATCH', path, { name: 'n' })).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect(await api.get<Session>(path)).toMatchObject({ status: 'completed' })
  })

  it.each([
    ['complete', 'completed'],
    ['fail', 'failed'],
    ['skip', 'skipped'],
  ] as const)(
    'may still say that what it was working on in its queue is to %s, once',
    async (verb, outcome) => {
      const next = await api.task(project)
      const task = await api.task(project)
      const { session } = await api.ok<{ session: Session }>('POST', '/api/sessions/spawn', {
        ...{ projectId: project, taskIds: [task.id, next.id], strategy: 'queue' },
      })
      const path = `/api/sessions/${session.id}`
      const call = as(await tokenOf(session.id))
      expect((await call('POST', `${path}/queue/start`)).status).toBe(200)
      await api.ok('POST', `${path}/stop`)
      expect(await call('POST', `${path}/queue/${verb}`, {})).toMatchObject({
        status: 200,
        body: { [`${outcome}Item`]: { taskId: task.id, status: outcome } },
      })
      expect(await api.get<Task>(`/api/tasks/${task.id}`)).toMatchObject({ sessionStatus: outcome })
      expect(await call('POST', `${path}/queue/${verb}`, {})).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
      expect((await api.get<Task>(`/api/tasks/${next.id}`)).sessionStatus ?? 'skipped').toBe('skipped')
      expect(await api.get<Session>(path)).toMatchObject({ status: 'stopped' })
    },
  )

  it('goes on where it was only lost', async () => {
    const { session, token } = await spawned()
    const path = `/api/sessions/${session.id}`
    await api.ok('POST', `${path}/end`, { cause: 'lost' })
    expect((await as(token)<Session>('PATCH', path, { status: 'working' })).body.status).toBe('working')
  })
})

describe('a connection that an agent opens', () => {
  const refusedWith = async (path: string, headers: Record<string, string> = {}) =>
    connect(target.url, { path, headers }).then(
      (socket) => socket.close().then(() => 'served'),
      (error: Error) => error.message,
    )

  it('hears what happens, by header or address, while its token holds', async () => {
    const { session, token } = await spawned()
    expect(await refusedWith('/', bearer(token))).toBe('served')
    expect(await refusedWith(`/?token=${token}`)).toBe('served')
    expect(await refusedWith(`/?token=${token}x`)).toContain('401')
    expect(await refusedWith('/', bearer(token, { 'X-Maestro-Session': 'sess_1' }))).toContain('403')
    const stream = await fetch(`${target.url}/api/events?token=${token}`)
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    expect(await refusedWith('/', bearer(token))).toContain('401')
    expect((await fetch(`${target.url}/api/events?token=${token}`)).status).toBe(401)
  })

  it('is cut off when its session is started again or deleted, and nobody else is', async () => {
    const [first, second] = [await spawned(), await spawned()]
    const path = `/api/sessions/${first.session.id}`
    const sockets = [
      await connect(target.url, { headers: bearer(first.token) }),
      await connect(target.url, { path: `/?rooms=queues&token=${first.token}` }),
    ]
    const stream = await listen(target.url, { query: `rooms=queues&token=${first.token}` })
    const other = await connect(target.url, { headers: bearer(second.token) })
    const person = await connect(target.url)
    await api.ok('POST', `${path}/stop`)
    for (const socket of sockets) socket.send({ type: 'ping' })
    for (const socket of sockets) await socket.waitFor(({ type }) => type === 'pong')
    await api.ok('POST', `${path}/restart`)
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1008, 1008])
    await stream.ended
    const again = await connect(target.url, { headers: bearer(await tokenOf(first.session.id)) })
    await api.ok('DELETE', path)
    expect(await again.closed).toBe(1008)
    for (const socket of [other, person]) {
      expect(await socket.waitFor(({ type }) => type === 'session:deleted')).toMatchObject({
        data: { id: first.session.id },
      })
      await socket.close()
    }
  })

  it('may send its token where a browser can, and is answered with the name of the protocol alone', async () => {
    const { token } = await spawned()
    const open = (...protocols: string[]) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${target.url.replace('http', 'ws')}/ws`, protocols)
        socket.once('open', () => {
          resolve(socket.protocol)
          socket.close()
        })
        socket.once('unexpected-response', (request, response) => {
          request.destroy()
          resolve(`${response.statusCode}`)
        })
        socket.on('error', ({ message }) => resolve(message))
      })
    const shown = (text: string) => `bearer.${Buffer.from(text).toString('base64url')}`
    expect(await open('maestro', shown(token))).toBe('maestro')
    expect(await open(shown(token), 'maestro')).toBe('maestro')
    expect(await open('maestro', shown(`${token}x`))).toBe('401')
    expect(await open('maestro')).toBe('maestro')
  })

  it('takes no token from the address of anything else', async () => {
    const { session, token } = await spawned()
    const answer = await api.request('PATCH', `/api/sessions/${session.id}?token=${token}`, { name: 'n' })
    expect(answer.status).toBe(200)
  })
})
