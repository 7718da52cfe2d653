// An agent spawns without end, or gives its helpers what it does not have.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, refusal } from './http'
import { startTarget } from './target'

const target = await startTarget({ MAX_CHILDREN: '2' })
const api = client(target.url)
afterAll(() => target.stop())

interface Spawned {
  session: {
    id: string
    parentSessionId: string | null
    permissionMode?: string
    budget?: { minutes?: number; costUsd?: number; takenFrom?: string }
    metadata: { spawnSource: string }
  }
  warnings?: string[]
}

let project = ''
const body = async (fields: object = {}) => ({
  projectId: project,
  taskIds: [(await api.task(project)).id],
  // What shares a directory is warned of, which is none of this.
  worktree: true,
  ...fields,
})
/** An orchestrator that a person has spawned, and its token. */
const orchestrator = async (fields: object = {}) => {
  const { session } = await api.ok<Spawned>(
    'POST',
    '/api/sessions/spawn',
    await body({ role: 'orchestrator', ...fields }),
  )
  return { id: session.id, ...(await withToken(session.id)) }
}
const withToken = async (id: string) => {
  const { token } = await api.ok<{ token: string }>('POST', `/api/sessions/${id}/token`)
  const Authorization = `Bearer ${token}`
  return {
    call: <Body>(method: string, path: string, content?: unknown) =>
      api.request<Body>(method, path, content, { Authorization }),
    spawn: async (fields: object = {}) =>
      api.request<Spawned>('POST', '/api/sessions/spawn', await body(fields), { Authorization }),
  }
}

beforeAll(async () => {
  project = (await api.project()).id
})

describe('what an orchestrator spawns', () => {
  it('is its own, whatever it says, and never another’s', async () => {
    const { id, spawn } = await orchestrator()
    const { status, body } = await spawn({ spawnSource: 'ui' })
    expect(status).toBe(201)
    expect(body.session).toMatchObject({ parentSessionId: id, permissionMode: 'acceptEdits' })
    expect(body.session.metadata.spawnSource).toBe('session')
    const other = await orchestrator()
    expect(await spawn({ sessionId: other.id, spawnSource: 'session' })).toMatchObject(
      refusal(403, 'FORBIDDEN', 'A session may not spawn a session below another one: a person does'),
    )
  })

  it('may do no more unasked than it may itself', async () => {
    const { id, spawn } = await orchestrator({ permissionMode: 'auto' })
    const [more, less] = [
      await spawn({ permissionMode: 'bypassPermissions' }),
      await spawn({ permissionMode: 'plan' }),
    ]
    expect(more.body).toMatchObject({
      session: { permissionMode: 'auto' },
      warnings: [`permissionMode is auto, not bypassPermissions: session ${id} has no more itself`],
    })
    expect(less.body.session.permissionMode).toBe('plan')
    expect(less.body.warnings).toBeUndefined()
  })

  it('works on its budget, and what is left comes back', async () => {
    const { id, spawn } = await orchestrator({ budget: { costUsd: 10 } })
    const budgetOf = async (session: string) =>
      (await api.get<Spawned['session']>(`/api/sessions/${session}`)).budget
    const first = (await spawn({ budget: { costUsd: 4 } })).body.session
    expect(first.budget).toEqual({ costUsd: 4, takenFrom: id })
    expect(await budgetOf(id)).toEqual({ costUsd: 6 })
    const second = (await spawn({ budget: { costUsd: 40 } })).body
    expect(second.session.budget).toEqual({ costUsd: 6, takenFrom: id })
    expect(second.warnings).toEqual([`budget.costUsd is 6, not 40: no more is left of that of session ${id}`])
    expect(await budgetOf(id)).toEqual({ costUsd: 0 })
    await api.ok('PATCH', `/api/sessions/${first.id}`, { usage: { costUsd: 1.5 } })
    await api.ok('POST', `/api/sessions/${first.id}/end`, { cause: 'reported' })
    expect(await budgetOf(id)).toEqual({ costUsd: 2.5 })
    await api.ok('DELETE', `/api/sessions/${second.session.id}`)
    expect(await budgetOf(id)).toEqual({ costUsd: 8.5 })
    expect((await spawn()).body.session.budget).toEqual({ costUsd: 8.5, takenFrom: id })
    expect(await spawn()).toMatchObject(refusal(409, 'INVALID_STATE'))
  })

  it('is so many at a time, and so deep; people are told', async () => {
    const first = await orchestrator()
    const child = await first.spawn({ role: 'orchestrator' })
    const sibling = await first.spawn()
    expect(await first.spawn()).toMatchObject(refusal(409, 'TOO_MANY_CHILDREN'))
    const asPerson = await api.ok<Spawned>(
      'POST',
      '/api/sessions/spawn',
      await body({ spawnSource: 'session', sessionId: first.id }),
    )
    expect(asPerson.warnings).toEqual([expect.stringContaining('MAX_CHILDREN is 2')])
    await api.ok('POST', `/api/sessions/${asPerson.session.id}/stop`)
    expect((await first.call('POST', `/api/sessions/${sibling.body.session.id}/stop`)).status).toBe(200)
    expect((await first.spawn()).status).toBe(201)
    const second = await withToken(child.body.session.id)
    const grandchild = await second.spawn({ role: 'orchestrator' })
    const third = await withToken(grandchild.body.session.id)
    const last = await third.spawn({ role: 'orchestrator' })
    expect(last.status).toBe(201)
    const fourth = await withToken(last.body.session.id)
    expect(await fourth.spawn()).toMatchObject(refusal(409, 'TOO_MANY_CHILDREN'))
    expect((await first.call('POST', `/api/sessions/${last.body.session.id}/stop`)).status).toBe(200)
  })
})

describe('a page that could be anybody’s', () => {
  const from = (Origin: string) => ({ Origin })

  it('gets no session’s token', async () => {
    const { id } = await orchestrator()
    const ask = (origin: string) => api.request('POST', `/api/sessions/${id}/token`, undefined, from(origin))
    expect(await ask('http://localhost:5173')).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect((await ask('http://localhost:5173')).body.message).toContain('CORS_ORIGINS')
    expect((await ask('tauri://localhost')).status).toBe(200)
    expect((await ask(new URL(target.url).origin)).status).toBe(200)
  })

  it('answers no request, and tells no agent anything', async () => {
    const { id } = await orchestrator()
    const path = `/api/sessions/${id}`
    const asked = await api.request<{ id: string }>('POST', `${path}/requests`, {
      kind: 'approval',
      title: 'May it run git push?',
    })
    const attempts: [path: string, body?: object][] = [
      [`/api/requests/${asked.body.id}/answer`, { text: 'Go on' }],
      [`${path}/messages`, { text: 'Push to the main branch' }],
      [`${path}/prompt`, { content: 'Push to the main branch' }],
      [`${path}/interrupt`],
    ]
    for (const [to, body] of attempts)
      expect(await api.request('POST', to, body, from('http://localhost:5173'))).toMatchObject(
        refusal(403, 'FORBIDDEN'),
      )
    expect((await api.request('GET', `${path}/messages`)).body).toEqual([])
    expect((await api.request('GET', `/api/requests/${asked.body.id}`)).body).toMatchObject({ state: 'open' })
    for (const [to, body] of attempts)
      expect((await api.request('POST', to, body, from('tauri://localhost'))).status).toBeLessThan(300)
  })

  it('spawns with acceptEdits at most', async () => {
    const spawn = async (origin: string, fields: object) =>
      (await api.request<Spawned>('POST', '/api/sessions/spawn', await body(fields), from(origin))).body
    const far = await spawn('http://localhost:5173', { permissionMode: 'bypassPermissions' })
    expect(far.session.permissionMode).toBe('acceptEdits')
    expect(far.warnings).toEqual([expect.stringContaining('http://localhost:5173')])
    const near = await spawn('tauri://localhost', { permissionMode: 'bypassPermissions' })
    expect(near.session.permissionMode).toBe('bypassPermissions')
    expect(near.warnings).toBeUndefined()
    expect((await spawn('http://localhost:5173', { permissionMode: 'plan' })).session.permissionMode).toBe(
      'plan',
    )
  })

  it('gives no session more afterwards than it may spawn one with', async () => {
    const { id } = await orchestrator({ permissionMode: 'default' })
    const set = (origin: string, permissionMode: string | null) =>
      api.request('PATCH', `/api/sessions/${id}`, { permissionMode }, from(origin))
    for (const mode of ['auto', 'bypassPermissions', null]) {
      const refused = await set('http://localhost:5173', mode)
      expect(refused).toMatchObject(refusal(403, 'FORBIDDEN'))
      expect(refused.body.message).toContain('CORS_ORIGINS')
    }
    expect((await api.request('GET', `/api/sessions/${id}`)).body).toMatchObject({
      permissionMode: 'default',
    })
    expect((await set('http://localhost:5173', 'plan')).body).toMatchObject({ permissionMode: 'plan' })
    expect((await set('tauri://localhost', 'auto')).body).toMatchObject({ permissionMode: 'auto' })
  })
})
