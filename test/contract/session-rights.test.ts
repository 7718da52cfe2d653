// An agent changes what only a person may, or cannot say what became of its work.
import { afterAll, describe, expect, it } from 'vitest'
import { agentsOf } from './agents'
import { client, refusal, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { id: project } = await api.project()
const { tokenOf, as, spawned } = agentsOf(api, () => project)

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
