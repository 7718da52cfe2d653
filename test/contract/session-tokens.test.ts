// An agent passes for a person, for another agent, or for what it was in an earlier life.
import { afterAll, describe, expect, it } from 'vitest'
import { agentsOf } from './agents'
import { client, refusal } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { id: project } = await api.project()
const { tokenOf, as, spawned } = agentsOf(api, () => project)

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
