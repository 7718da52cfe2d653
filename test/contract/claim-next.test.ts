// An agent that asks for work gets none, or work that is given to somebody who is not there any more.
import { connect as connectTo } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf } from './claims'
import { client, type Project, refusal, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})
const { task, agent, claim, release, claimNext } = claimsOf(api, () => project.id)

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
