// Somebody puts the server behind nginx as docs/deploy.md says, and something stops working or stands open.
import { request } from 'node:https'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServer } from '../contract/server'
import { connect, upgradeStatus } from '../contract/socket'
import { listen } from '../contract/stream'
import { isInstalled, startNginx } from './nginx'

const token = 'c0rrect-h0rse-battery'
const bearer = { authorization: `Bearer ${token}` }
const canRun = isInstalled('nginx', '-v') && isInstalled('openssl', 'version')

const startBehindNginx = async (env: Record<string, string>) => {
  const server = await startServer({ env: { SERVER_URL: 'https://maestro.example.org', ...env } })
  onTestFinished(async () => void (await server.stop()))
  return { server, nginx: await startNginx(server.port) }
}

const createProject = (url: string, name: string) =>
  fetch(`${url}/api/projects`, { method: 'POST', headers: bearer, body: JSON.stringify({ name }) })

/** The status of a request as a browser would send it that has the page of maestro.example.org open. */
const statusOverTls = (port: number, certificate: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    const servername = 'maestro.example.org'
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/projects',
        servername,
        ca: certificate,
        headers: { host: servername, origin: `https://${servername}`, ...headers },
      },
      (response) => resolve(response.resume().statusCode),
    )
    sent.once('error', reject)
    sent.end()
  })

describe.skipIf(!canRun)('behind nginx (runs where nginx and openssl are installed)', () => {
  it('callers with the token are served over TLS, and those without it are not', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    expect(await statusOverTls(nginx.httpsPort, nginx.certificate, bearer)).toBe(200)
    expect(await statusOverTls(nginx.httpsPort, nginx.certificate, {})).toBe(401)
  })

  it('nobody is taken for a caller on this machine', async () => {
    const { server, nginx } = await startBehindNginx({})
    expect((await fetch(`${server.url}/api/projects`)).status).toBe(200)
    expect((await fetch(`${nginx.url}/api/projects`)).status).toBe(403)
    expect(await upgradeStatus(nginx.url)).toBe(403)
  })

  it('a page with the cookies of a whole domain is served', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    const headers = { ...bearer, cookie: `all=${'c'.repeat(30_000)}` }
    expect(await statusOverTls(nginx.httpsPort, nginx.certificate, headers)).toBe(200)
  })

  it('a caller without TLS is sent on to it', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    const answer = await fetch(`http://127.0.0.1:${nginx.redirectPort}/docs?a=1`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([301, 'https://127.0.0.1/docs?a=1'])
  })

  it('events come over WebSockets and streams while these are open', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    const sockets = [
      await connect(nginx.url, { headers: bearer }),
      await connect(nginx.url, { path: `/ws?token=${token}` }),
    ]
    const stream = await listen(nginx.url, { headers: bearer })
    expect((await createProject(nginx.url, 'told')).status).toBe(201)
    const told = { type: 'project:created', data: { name: 'told' } }
    for (const socket of sockets)
      expect(await socket.waitFor(({ type }) => type === 'project:created')).toMatchObject(told)
    expect((await stream.next()).message).toMatchObject(told)
    for (const socket of sockets) await socket.close()
    await stream.close()
  })

  it('what is too large is refused by the server, in its own words', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    const answer = await createProject(nginx.url, 'x'.repeat(2 * 1024 * 1024))
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'PAYLOAD_TOO_LARGE' }])
  })

  it('a token in a query does not get into the access log, and a request id does', async () => {
    const { nginx } = await startBehindNginx({ MAESTRO_API_TOKEN: token })
    await fetch(`${nginx.url}/api/projects?status=x`, {
      headers: { ...bearer, 'x-request-id': 'my-request' },
    })
    const socket = await connect(nginx.url, { path: `/ws?token=${token}` })
    await socket.close()
    await expect.poll(nginx.accessLog).toContain('GET /ws')
    expect(nginx.accessLog()).toContain('my-request')
    expect(nginx.accessLog()).not.toContain(token)
  })
})
