// Two agents get the same task, an agent polls for work that is there, or nobody learns why a task waits.
import { connect as connectTo } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, refusal, type Session, type Task, wrongField } from './http'
import { connect } from './socket'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

interface ClaimedTask extends Task {
  claim?: { sessionId: string; epoch: number; since: number }
  attempts?: number
}
interface Waiting {
  task: { id: string; title: string }
  reasons: { kind: string; id?: string; message: string }[]
}

let project: Project
beforeEach(async () => {
  project = await api.project()
})

const task = (fields: object = {}) => api.task(project.id, fields)
const agent = (taskIds: string[] = []) => api.session(project.id, taskIds, { strategy: 'tree' })
const claim = (id: string, sessionId: string) =>
  api.ok<ClaimedTask>('POST', `/api/tasks/${id}/claim`, { sessionId })
const release = (id: string, body: object) => api.ok<ClaimedTask>('POST', `/api/tasks/${id}/release`, body)
const claimNext = (body: object) =>
  api.ok<{ task: ClaimedTask | null; waiting?: Waiting[] }>('POST', '/api/tasks/claim-next', body)
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const ready = async (query = '') =>
  idsOf(await api.get<Task[]>(`/api/tasks/ready?projectId=${project.id}${query}`))
const blocked = (query = '') => api.get<Waiting[]>(`/api/tasks/blocked?projectId=${project.id}${query}`)

describe('GET /api/tasks/ready', () => {
  it('lists what can be started now, high priority first, then the oldest, page by page', async () => {
    const low = await task({ priority: 'low' })
    const [first, second] = [await task(), await task()]
    const high = await task({ priority: 'high' })
    const waiting = await task({ dependencies: [first.id] })
    const parent = await task({ priority: 'high' })
    const child = await task({ parentId: parent.id })
    const inSession = await task()
    const worker = await api.session(project.id, [inSession.id])
    const order = [high.id, first.id, second.id, child.id, low.id]
    expect(await ready()).toEqual(order)
    expect(await ready(`&under=${parent.id}`)).toEqual([child.id])

    const paged: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/api/tasks/ready?projectId=${project.id}&limit=2${cursor && `&cursor=${cursor}`}`
      const { body, headers } = await api.request<Task[]>('GET', path)
      expect(headers.get('x-total-count')).toBe('5')
      paged.push(...idsOf(body))
      cursor = headers.get('x-next-cursor')
    }
    expect(paged).toEqual(order)

    await api.ok('PATCH', `/api/tasks/${first.id}`, { status: 'completed' })
    await api.ok('PATCH', `/api/tasks/${child.id}`, { status: 'cancelled' })
    await api.ok('POST', `/api/sessions/${worker.id}/stop`)
    expect(await ready()).toEqual([high.id, parent.id, second.id, waiting.id, inSession.id, low.id])
  })

  it('waits until something is ready, and no longer than it is told', async () => {
    expect(await ready('&waitSeconds=1')).toEqual([])
    const waiting = ready('&waitSeconds=50')
    const { id } = await task()
    expect(await waiting).toEqual([id])
  })

  it.each(['limit=0', 'cursor=high', 'cursor=1.task_1', 'waitSeconds=51', 'waitSeconds=-1', 'waitSeconds=x'])(
    'refuses %s',
    async (query) => {
      const [field = ''] = query.split('=')
      expect(await api.request('GET', `/api/tasks/ready?${query}`)).toMatchObject(wrongField(field))
    },
  )

  it('is a word of its own, as are blocked and claim-next', async () => {
    for (const [method, word] of [
      ['POST', 'ready'],
      ['PATCH', 'blocked'],
      ['GET', 'claim-next'],
    ] as const)
      expect(
        await api.request(method, `/api/tasks/${word}`, method === 'GET' ? undefined : {}),
      ).toMatchObject({
        status: 405,
      })
    expect(await api.request('GET', '/api/tasks/ready?under=task_none')).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
    expect(await api.request('GET', '/api/tasks/blocked?under=task_none')).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
  })
})

describe('GET /api/tasks/blocked', () => {
  it('says of each task why it waits', async () => {
    const first = await task({ title: 'first' })
    const parent = await task({ dependencies: [first.id] })
    const child = await task({ parentId: parent.id, title: 'child' })
    const stuck = await task()
    await api.ok('PATCH', `/api/tasks/${stuck.id}`, { status: 'blocked' })
    const failed = await task()
    await api.ok('PATCH', `/api/tasks/${failed.id}`, { updateSource: 'session', sessionStatus: 'failed' })
    const busy = await task()
    const session = await api.session(project.id, [busy.id])
    const told = Object.fromEntries((await blocked()).map(({ task: { id }, reasons }) => [id, reasons]))
    expect(told).toMatchObject({
      [parent.id]: [
        { kind: 'dependency', id: first.id },
        { kind: 'child', id: child.id },
      ],
      [stuck.id]: [{ kind: 'status' }],
      [failed.id]: [{ kind: 'outcome' }],
      [busy.id]: [{ kind: 'session', id: session.id }],
    })
    expect(Object.keys(told)).toHaveLength(4)
    const page = await api.request<Waiting[]>('GET', `/api/tasks/blocked?projectId=${project.id}&limit=3`)
    const next = page.headers.get('x-next-cursor')
    expect(
      [...page.body, ...(await blocked(`&limit=3&cursor=${next}`))].map(({ task: { id } }) => id),
    ).toEqual([...[parent.id, stuck.id, failed.id, busy.id]])
  })
})

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

describe('POST /api/tasks/claim-next', () => {
  it('gives each of many sessions another task', async () => {
    const made: string[] = []
    for (let n = 0; n < 6; n++) made.push((await task()).id)
    const agents = [await agent(), await agent(), await agent()]
    const got = await Promise.all(
      [...agents, ...agents, ...agents].map(({ id }) => claimNext({ sessionId: id })),
    )
    expect(got.flatMap((answer) => answer.task?.id ?? []).sort()).toEqual([...made].sort())
    expect(got.filter((answer) => answer.task === null).map(({ waiting }) => waiting)).toEqual([[], [], []])
  })

  it('waits for a task that becomes ready, in the step in which it does', async () => {
    const first = await task()
    const second = await task({ dependencies: [first.id] })
    const [one, other] = [await agent(), await agent()]
    await claim(first.id, one.id)
    const waiting = claimNext({ sessionId: other.id, waitSeconds: 50 })
    await release(first.id, { sessionId: one.id, outcome: 'completed' })
    expect((await waiting).task).toMatchObject({ id: second.id, claim: { sessionId: other.id, epoch: 1 } })
    const nothing = await claimNext({ sessionId: one.id, waitSeconds: 1 })
    expect(nothing).toEqual({ task: null, waiting: [] })
    const ended = api.request('POST', '/api/tasks/claim-next', { sessionId: one.id, waitSeconds: 50 })
    await api.ok('POST', `/api/sessions/${one.id}/stop`)
    expect(await ended).toMatchObject(refusal(409, 'SESSION_ENDED'))
  })

  it('gives nothing to a caller that has gone away', async () => {
    const { id: sessionId } = await agent()
    const away = new AbortController()
    const asked = fetch(`${target.url}/api/tasks/claim-next`, {
      method: 'POST',
      body: JSON.stringify({ sessionId, waitSeconds: 50 }),
      signal: away.signal,
    }).catch(() => undefined)
    // So that it is asked, and then known that nobody listens.
    await new Promise((resolve) => setTimeout(resolve, 200))
    away.abort()
    await asked
    await new Promise((resolve) => setTimeout(resolve, 200))
    const { id } = await task()
    expect(await claimNext({ sessionId: (await agent()).id, waitSeconds: 2 })).toMatchObject({ task: { id } })
  })

  it('gives nothing to a caller whose connection is cut', async () => {
    const { id: sessionId } = await agent()
    const { hostname, port, host } = new URL(target.url)
    const body = JSON.stringify({ sessionId, waitSeconds: 50 })
    const socket = connectTo(Number(port), hostname).on('error', () => undefined)
    const head = `POST /api/tasks/claim-next HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n`
    socket.write(head + body)
    await new Promise((resolve) => setTimeout(resolve, 200))
    socket.resetAndDestroy()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const { id } = await task()
    expect(await claimNext({ sessionId: (await agent()).id, waitSeconds: 2 })).toMatchObject({ task: { id } })
    expect((await api.get<Session>(`/api/sessions/${sessionId}`)).taskIds).toEqual([])
  })

  it('answers a repeat of the same request with the same task', async () => {
    await task()
    await task()
    const { id: sessionId } = await agent()
    const ask = () =>
      api.request<{ task: Task }>(
        'POST',
        '/api/tasks/claim-next',
        { sessionId, waitSeconds: 5 },
        { 'Idempotency-Key': 'k' },
      )
    const [first, second] = [await ask(), await ask()]
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
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
