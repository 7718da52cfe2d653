/** Whole servers on PostgreSQL itself: killed, started twice, and left alone by their database. */

import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Api, client, type Project, type Session, type Task } from '../contract/http'
import { runToExit, type Server, type Start, startServer } from '../contract/server'
import { type Cluster, missingReason, sql, startCluster } from './cluster'
import { documentsIn } from './databases'

const why = missingReason()
let certificate = ''
const makeCertificate = (directory: string) => {
  certificate = join(directory, 'server.crt')
  const key = join(directory, 'server.key')
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-keyout',
    key,
    '-out',
    certificate,
  ]
  execFileSync('openssl', [...args, ...name], { stdio: 'ignore' })
  return ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]
}
let cluster: Cluster | undefined
if (!why) cluster = await startCluster(makeCertificate)
afterAll(() => cluster?.remove())

/** A test that needs PostgreSQL, and is given an empty database. */
const onPostgres = (name: string, test: (url: string, postgres: Cluster) => Promise<void>) =>
  it(name, async (context) => {
    if (!cluster) return context.skip(why)
    await test(await cluster.createDatabase(), cluster)
  })

const settings = (url: string, more: Record<string, string> = {}) => ({
  DATABASE_TYPE: 'postgres',
  DATABASE_URL: url,
  ...more,
})

const start = async (url: string, more: Start['env'] = {}) => {
  const server = await startServer({ env: settings(url, more) })
  onTestFinished(async () => void (await server.stop()))
  return { server, api: client(server.url) }
}

const again = async (server: Server, url: string) => {
  const next = await server.restart(settings(url))
  onTestFinished(async () => void (await next.stop()))
  return { server: next, api: client(next.url) }
}

/** Everything, and whether the two sides of every relation agree. */
const everything = async (api: Api) => {
  const [projects, tasks, sessions] = await Promise.all([
    api.get<Project[]>('/api/projects'),
    api.get<Task[]>('/api/tasks'),
    api.get<Session[]>('/api/sessions'),
  ])
  const ofSessions = sessions.flatMap(({ id, taskIds }) => taskIds.map((taskId) => `${id} ${taskId}`))
  const ofTasks = tasks.flatMap(({ id, sessionIds }) => sessionIds.map((session) => `${session} ${id}`))
  expect(ofSessions.sort()).toEqual(ofTasks.sort())
  return { projects, tasks, sessions }
}

/** Makes 100 sessions with two tasks each, as fast as it goes; `onSession` may end it. What was acknowledged. */
const manySessions = async (api: Api, onSession: (count: number) => unknown): Promise<Session[]> => {
  const project = await api.project()
  const acknowledged: Session[] = []
  await Promise.allSettled(
    Array.from({ length: 100 }, async () => {
      const [one, two] = [await api.task(project.id), await api.task(project.id)]
      acknowledged.push(await api.session(project.id, [one.id, two.id]))
      await onSession(acknowledged.length)
    }),
  )
  return acknowledged
}

describe('a server on PostgreSQL', () => {
  onPostgres(
    'has everything as it was after an orderly end, and refuses to start beside another',
    async (url) => {
      const { server, api } = await start(url)
      const beside = await runToExit(settings(url))
      expect(beside.code).toBe(1)
      expect(beside.output).toContain(`process ${server.pid} on `)
      expect(beside.output).not.toContain('pa55word')
      const project = await api.project()
      const task = await api.task(project.id)
      await api.session(project.id, [task.id])
      const before = await everything(api)
      expect(readdirSync(server.dataDir)).toEqual([])
      const next = await again(server, url)
      expect(await everything(next.api)).toEqual(before)
      const { storage } = await next.api.get<{ storage: object }>('/health?verbose=1')
      expect(storage).toMatchObject({ driver: 'maestro-postgres', quarantined: [], freeBytes: null })
    },
  )

  onPostgres(
    'has all it acknowledged and no half of anything, killed in the middle of its work, and the key of its sessions',
    async (url) => {
      const { server, api } = await start(url)
      const { id } = await api.session((await api.project()).id)
      const { token } = await api.ok<{ token: string }>('POST', `/api/sessions/${id}/token`)
      const acknowledged = await manySessions(api, (count) => count === 20 && server.kill9())
      expect(acknowledged.length).toBeGreaterThanOrEqual(20)
      const next = await again(server, url)
      const { sessions } = await everything(next.api)
      for (const session of acknowledged) expect(sessions).toContainEqual(session)

      const headers = { Authorization: `Bearer ${token}` }
      const change = { status: 'working' }
      expect((await next.api.request('PATCH', `/api/sessions/${id}`, change, headers)).status).toBe(200)
      const ofPerson = await next.api.request('PATCH', `/api/sessions/${id}`, { name: 'mine' }, headers)
      expect(ofPerson).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
      expect(readdirSync(next.server.dataDir)).toEqual([])
    },
  )

  onPostgres(
    'goes on, having lost nothing, when its database crashes in the middle, and when that is restarted in good order',
    async (url, postgres) => {
      const { server, api } = await start(url)
      const acknowledged = await manySessions(api, (count) => count === 20 && postgres.end('crash'))
      expect(acknowledged.length).toBeGreaterThanOrEqual(20)
      const refused = await api.request('POST', '/api/projects', { name: 'refused' })
      expect(refused).toMatchObject({ status: 503, body: { code: 'STORAGE_UNAVAILABLE' } })
      const { sessions } = await everything(api)
      for (const session of acknowledged) expect(sessions).toContainEqual(session)

      await postgres.start()
      const projectStatus = async () => (await api.request('POST', '/api/projects', { name: 'after' })).status
      await expect.poll(projectStatus, { timeout: 20_000 }).toBe(201)
      const { projects, tasks } = await everything(api)
      const ids = [projects, tasks, sessions].flatMap((entities) => entities.map(({ id }) => id))
      const keys = Object.keys(await documentsIn(url)).filter((key) => !key.startsWith('templates:'))
      expect(keys.map((key) => key.split(':').at(-1)).sort()).toEqual(ids.sort())
      expect(server.log()).not.toContain('pa55word')

      await postgres.end('orderly')
      await postgres.start()
      const known = projects.length
      await expect.poll(projectStatus, { timeout: 20_000 }).toBe(201)
      expect((await everything(api)).projects.slice(0, known)).toEqual(projects)
      expect((await everything(api)).projects).toHaveLength(known + 1)
    },
  )

  onPostgres('speaks TLS with ?ssl=true, and only with who proves to be who it is', async (url) => {
    const secure = `${url}?ssl=true&max=3`
    const { code, output } = await runToExit(settings(secure))
    expect(code).toBe(1)
    expect(output).toContain('certificate')
    const { api } = await start(secure, { NODE_EXTRA_CA_CERTS: certificate })
    await api.project()
    const connections = 'SELECT ssl FROM maestro.server JOIN pg_stat_ssl ON pg_stat_ssl.pid = server.backend'
    expect(await sql(url, connections)).toEqual([{ ssl: true }])
  })
})

describe('a server whose database cannot be reached', () => {
  it('says so, without the password, and exits 1', async () => {
    const { code, output } = await runToExit(settings('postgres://ada:pa55word@127.0.0.1:1/work'))
    expect(code).toBe(1)
    expect(output).toContain('The database work on 127.0.0.1:1 cannot be reached: connect ECONNREFUSED')
    expect(output).not.toContain('pa55word')
  })
})
