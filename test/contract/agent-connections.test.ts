// An agent listens in with a token that no longer holds, or hears nothing with one that does.
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { agentsOf, bearer } from './agents'
import { client } from './http'
import { connect } from './socket'
import { listen } from './stream'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { id: project } = await api.project()
const { tokenOf, spawned } = agentsOf(api, () => project)

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
