import { connect as dial } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../local-dev/server/config'
import { type Api, client, refusal } from '../contract/http'
import { runToExit, type Server, startServer } from '../contract/server'
import { someOf } from '../random'

const start = async (env: Record<string, string>) => {
  const server = await startServer({ env })
  onTestFinished(async () => void (await server.stop()))
  return { server, api: client(server.url) }
}

/** The lines of a text that name a variable. */
const linesWith = (text: string, name: string) => text.split('\n').filter((line) => line.includes(name))

/** The server is started with some of them alone. */
const unusable: [string, Record<string, string>][] = [
  ['PORT', { PORT: 'http' }],
  ['PORT', { PORT: '0' }],
  ['PORT', { PORT: '65536' }],
  ['PORT', { PORT: '3000.5' }],
  ['PORT', { PORT: '-1' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ['LOG_FORMAT', { LOG_FORMAT: 'xml' }],
  ['DATABASE_TYPE', { DATABASE_TYPE: 'mysql' }],
  ['DATABASE_URL', { DATABASE_TYPE: 'postgres' }],
  ['DATABASE_URL', { DATABASE_TYPE: 'postgres', DATABASE_URL: 'not a url' }],
  ['MANIFEST_GENERATOR', { MANIFEST_GENERATOR: 'magic' }],
  ['DURABILITY', { DURABILITY: 'eventual' }],
  ['NODE_ENV', { NODE_ENV: 'staging' }],
  ['CORS_CREDENTIALS', { CORS_CREDENTIALS: 'true', CORS_ORIGINS: '*' }],
  ['CORS_CREDENTIALS', { CORS_CREDENTIALS: 'true' }],
  ['MAX_BODY_BYTES', { MAX_BODY_BYTES: 'lots' }],
  ['SERVER_URL', { SERVER_URL: 'here' }],
]

describe('a configuration that cannot be used', () => {
  it.each(unusable)('is refused by a line about %s: %j', (name, env) => {
    const read = readConfig(env, '/home/ada')
    if (!('problems' in read)) throw new Error('it is not refused')
    expect(read.problems.filter((problem) => linesWith(problem, name).length > 0)).not.toEqual([])
  })

  it.each(someOf('configurations that cannot be used', unusable, 1))(
    'ends the process with code 1 and a line about %s: %j',
    async (name, env) => {
      const { code, output } = await runToExit({ ...env })
      expect(code).toBe(1)
      expect(linesWith(output, name)).not.toEqual([])
      expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m)
    },
  )

  it('is told of all its problems at once, one a line, and never gives a secret away', async () => {
    const wrong = {
      PORT: 'x',
      LOG_LEVEL: 'x',
      DATABASE_URL: 'postgres//ada:hunter2-password@nowhere/db',
      DURABILITY: 'x',
      MAX_BODY_BYTES: 'x',
    }
    const { code, output } = await runToExit({
      ...wrong,
      DATABASE_TYPE: 'postgres',
      MAESTRO_API_TOKEN: 'hunter2-token',
    })
    expect(code).toBe(1)
    expect(output).not.toContain('hunter2')
    for (const name of Object.keys(wrong)) {
      expect(linesWith(output, name)).toHaveLength(1)
      const [line] = linesWith(output, name)
      expect(Object.keys(wrong).filter((other) => line?.includes(other))).toEqual([name])
    }
  })
})

describe('the configuration', () => {
  let server: Server
  beforeAll(async () => {
    const origins = { CORS_ORIGINS: 'https://a.example, https://b.example', CORS_CREDENTIALS: 'true' }
    server = await startServer({
      env: { ...origins, CORS_ENABLED: 'no', SERVER_URL: 'http://maestro.lan:8080', DURABILITY: 'strict' },
    })
  })
  afterAll(async () => void (await server.stop()))

  it('may ask for strict durability, which changes nothing that a client sees', async () => {
    const api = client(server.url)
    const project = await api.project()
    expect(await api.get('/api/projects')).toEqual([project])
  })

  it('tells sessions where the server is', async () => {
    const api = client(server.url)
    const project = await api.project()
    const task = await api.task(project.id)
    const sent = { projectId: project.id, taskIds: [task.id] }
    expect(await api.ok('POST', '/api/sessions/spawn', sent)).toMatchObject({
      envVars: { MAESTRO_SERVER_URL: 'http://maestro.lan:8080' },
    })
  })

  const allowedBy = async (api: Api) => {
    const origin = 'http://localhost:5173'
    const { headers } = await api.request<unknown>('GET', '/api/projects', undefined, { origin })
    return headers.get('access-control-allow-origin')
  }

  it('limits bodies, also those that do not say how long they are; turns CORS off only with false', async () => {
    const { server: limited, api } = await start({ MAX_BODY_BYTES: '100', CORS_ENABLED: 'false' })
    const tooLarge = refusal(413, 'PAYLOAD_TOO_LARGE')
    const sized = (bytes: number) => `{"name":"${'n'.repeat(bytes - 11)}"}`
    expect(await api.request('POST', '/api/projects', sized(101))).toMatchObject(tooLarge)
    expect(await api.request('POST', '/api/projects', sized(100))).toMatchObject({ status: 201 })
    expect(await chunked(limited.port, sized(101))).toMatch(/^HTTP\/1\.1 413 /)
    expect(await chunked(limited.port, sized(100))).toMatch(/^HTTP\/1\.1 201 /)
    expect(await allowedBy(api)).toBeNull()
    expect(['*', 'http://localhost:5173']).toContain(await allowedBy(client(server.url)))
  })

  it('lets named origins in, with credentials where it says so', async () => {
    const api = client(server.url)
    for (const origin of ['https://a.example', 'https://b.example']) {
      const { headers } = await api.request<unknown>('GET', '/api/projects', undefined, { origin })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('vary')?.toLowerCase()).toContain('origin')
    }
  })
})

/** A creation whose body comes in chunks, without a Content-Length: the whole response as text. */
const chunked = (port: number, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = dial(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (part) => (answer += part))
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
    const half = Math.floor(body.length / 2)
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
    socket.write(
      'POST /api/projects HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    socket.write(`${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n`)
  })
