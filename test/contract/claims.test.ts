// Two agents get the same task, or nobody hears that one has it, or has it no more.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type ClaimedTask, claimsOf } from './claims'
import { client, type Project, refusal, type Session, wrongField } from './http'
import { connect } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})
const { task, agent, claim, release, ready } = claimsOf(api, () => project.id)

describe('POST /api/tasks/:id/claim', () => {
  it('gives the task to one of many sessions that ask at once', async () => {
    const agents: Session[] = []
    for (let n = 0; n < 8; n++) agents.push(await agent())
    const { id } = await task()
    const answers = await Promise.all(
      agents.map(({ id: sessionId }) =>
        api.request<ClaimedTask & { code?: string }>('POST', `/api/tasks/${id}/claim`, { sessionId }),
      ),
    )
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    const { claim: won } = await api.get<ClaimedTask>(`/api/tasks/${id}`)
    expect(winners[0]?.body.claim).toEqual(won)
    for (const { status, body } of answers)
      if (status !== 200)
        expect([status, body]).toMatchObject([
          409,
          { code: 'TASK_CLAIMED', details: { sessionId: won?.sessionId, since: won?.since } },
        ])
  })

  it('says when the claim of a session that beats would end', async () => {
    const { id } = await task()
    const [one, other] = [await agent(), await agent()]
    await claim(id, one.id)
    const { expiresAt, claims } = await api.ok<{ expiresAt: number; claims: unknown }>(
      'POST',
      `/api/sessions/${one.id}/heartbeat`,
      { ttlSeconds: 3600 },
    )
    expect(claims).toEqual([{ taskId: id, epoch: 1 }])
    const { body } = await api.request<{ details: { expiresAt: number } }>('POST', `/api/tasks/${id}/claim`, {
      sessionId: other.id,
    })
    expect(Math.abs(body.details.expiresAt - expiresAt)).toBeLessThan(60_000)
  })

  it('names what is missing or not there', async () => {
    const { id } = await task()
    const ask = (path: string, body: object) => api.request('POST', `/api/tasks/${path}`, body)
    expect(await ask(`${id}/claim`, {})).toMatchObject(wrongField('sessionId', 'sessionId is required'))
    expect(await ask('claim-next', {})).toMatchObject(wrongField('sessionId', 'sessionId is required'))
    expect(await ask(`${id}/release`, {})).toMatchObject(wrongField('sessionId', 'sessionId is required'))
    for (const path of [`${id}/claim`, 'claim-next'])
      expect(await ask(path, { sessionId: 'none' })).toMatchObject(refusal(404, 'SESSION_NOT_FOUND'))
    const { id: sessionId } = await agent()
    for (const path of ['none/claim', 'none/release'])
      expect(await ask(path, { sessionId })).toMatchObject(refusal(404, 'TASK_NOT_FOUND'))
    expect(await ask('claim-next', { sessionId, under: 'none' })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
    expect(await ask(`${id}/release`, { sessionId })).toMatchObject(refusal(409, 'STALE_CLAIM'))
    expect(await ask(`${id}/release`, { sessionId, outcome: 'skipped' })).toMatchObject(wrongField('outcome'))
    expect(await ask(`${id}/release`, { sessionId, review: true })).toMatchObject(wrongField('review'))
    await api.ok('PATCH', `/api/tasks/${id}`, { status: 'blocked' })
    expect(await ask(`${id}/claim`, { sessionId })).toMatchObject({
      status: 409,
      body: { code: 'TASK_NOT_READY', details: { reasons: [{ kind: 'status', message: 'It is blocked' }] } },
    })
    await api.ok('POST', `/api/sessions/${sessionId}/stop`)
    expect(await ask(`${id}/claim`, { sessionId })).toMatchObject(refusal(409, 'SESSION_ENDED'))
  })
})

describe('POST /api/tasks/:id/release', () => {
  it('says what became of the task, and lets it go', async () => {
    const { id } = await task()
    const { id: sessionId } = await agent()
    await claim(id, sessionId)
    const done = await release(id, { sessionId, epoch: 1, outcome: 'completed', message: 'all green' })
    expect(done).toMatchObject({ status: 'completed', sessionStatus: 'completed', sessionIds: [] })
    expect(done).not.toHaveProperty('claim')
    expect((await api.get<Session>(`/api/sessions/${sessionId}`)).timeline).toMatchObject([
      { type: 'task_started', taskId: id },
      { type: 'task_completed', taskId: id, message: 'all green' },
      { type: 'progress', taskId: id },
    ])
  })

  it('by a person takes the task away', async () => {
    const { id } = await task()
    const { id: sessionId } = await agent()
    await claim(id, sessionId)
    expect(await release(id, { force: true })).toMatchObject({ status: 'todo', sessionIds: [] })
    const { token } = await api.ok<{ token: string }>('POST', `/api/sessions/${sessionId}/token`)
    const asAgent = { Authorization: `Bearer ${token}` }
    const own = await api.request('POST', `/api/tasks/${id}/claim`, {}, asAgent)
    expect(own).toMatchObject({ status: 200, body: { claim: { sessionId, epoch: 2 } } })
    expect(await api.request('POST', `/api/tasks/${id}/release`, { force: true }, asAgent)).toMatchObject(
      refusal(403, 'FORBIDDEN'),
    )
  })
})

describe('a claim', () => {
  it('is told to those who ask, and to nobody else', async () => {
    const { id } = await task()
    const { id: sessionId } = await agent()
    const rooms = ['tasks', `project:${project.id}`, `session:${sessionId}`, `task:${id}`]
    const sockets = await Promise.all(rooms.map((room) => connect(target.url, { path: `/?rooms=${room}` })))
    const everybody = await connect(target.url)
    await claim(id, sessionId)
    await release(id, { sessionId })
    const data = { taskId: id, sessionId, epoch: 1 }
    for (const socket of sockets) {
      await socket.waitFor(({ type }) => type === 'task:released')
      const told = socket.messages.filter(({ type }) => /^task:(?:claimed|released)$/.test(type))
      expect(told).toMatchObject([
        { type: 'task:claimed', data },
        { type: 'task:released', data },
      ])
    }
    everybody.send({ type: 'ping' })
    await everybody.waitFor(({ type }) => type === 'pong')
    expect(everybody.messages.map(({ type }) => type)).not.toContain('task:claimed')
    for (const socket of [...sockets, everybody]) await socket.close()
  })

  it('of a session that is lost is given back; three lost sessions stop the task, and the inbox says so', async () => {
    const { id } = await task()
    for (let attempts = 1; attempts <= 3; attempts++) {
      const { id: sessionId } = await agent()
      await claim(id, sessionId)
      await api.ok('POST', `/api/sessions/${sessionId}/end`, { cause: 'lost' })
      expect(await api.get<ClaimedTask>(`/api/tasks/${id}`)).toMatchObject({
        status: attempts < 3 ? 'todo' : 'blocked',
        attempts,
      })
    }
    const [asked, ...others] = await api.get<{ id: string }[]>(`/api/inbox?projectId=${project.id}`)
    expect([asked, others]).toMatchObject([
      { kind: 'stall', taskId: id, title: 'Three sessions were lost on it', state: 'open' },
      [],
    ])
    await api.ok('POST', `/api/requests/${asked?.id}/answer`, { optionId: 'continue' })
    expect(await ready()).toEqual([id])
  })

  it('that has ended is not reported on', async () => {
    const { id } = await task()
    const { id: sessionId } = await agent()
    await claim(id, sessionId)
    await release(id, { force: true })
    expect(
      await api.request('PATCH', `/api/tasks/${id}`, {
        ...{ updateSource: 'session', sessionStatus: 'completed', sessionId, epoch: 1 },
      }),
    ).toMatchObject(refusal(409, 'STALE_CLAIM'))
    expect(await ready()).toEqual([id])
  })
})
