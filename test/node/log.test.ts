import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client } from '../contract/http'
import { makeDirectories, type Server, startServer } from '../contract/server'

const start = async (env: Record<string, string>): Promise<Server> => {
  const server = await startServer({ env })
  onTestFinished(async () => void (await server.stop()))
  return server
}

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseTrusted<Record<string, unknown>>(line))

describe('the log', () => {
  it('says at the start where the server is and where its data are, also in LOG_FILE', async () => {
    const file = join(makeDirectories().root, 'server.log')
    const server = await start({ LOG_LEVEL: 'info', LOG_FILE: file })
    for (const fact of [String(server.port), server.dataDir, server.sessionDir, server.skillsDir]) {
      await expect.poll(server.log).toContain(fact)
    }
    await expect.poll(() => readFileSync(file, 'utf8')).toContain(String(server.port))
  })

  const expectObjects = (log: string) => {
    const lines = jsonLines(log)
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(line).toEqual(expect.any(Object))
  }

  it('is silent about what is well at level error', async () => {
    const server = await start({ LOG_LEVEL: 'error' })
    const api = client(server.url)
    await api.project()
    await api.request('GET', '/api/nothing')
    expect(server.log()).toBe('')
  })

  it.each([{ LOG_LEVEL: 'debug' }, { LOG_LEVEL: 'error', DEBUG: 'true' }])(
    'is one JSON object a line where LOG_FORMAT is json, and names the request in each about one: %j',
    async (env) => {
      const server = await start({ ...env, LOG_FORMAT: 'json' })
      const api = client(server.url)
      await api.project()
      const ids = ['first-request', 'second-request']
      for (const id of ids) {
        await api.request('GET', '/api/tasks/task_unheard_of', undefined, { 'x-request-id': id })
      }
      for (const id of ids) await expect.poll(server.log).toContain(id)
      for (const line of server.log().split('\n')) {
        if (line.includes('task_unheard_of')) expect(line).toMatch(/first-request|second-request/)
      }
      await server.terminate()
      expectObjects(server.log())
    },
  )

  it('never shows a token, nor the environment of a session', async () => {
    const token = 'hunter2-token'
    const server = await start({ LOG_LEVEL: 'debug', MAESTRO_API_TOKEN: token })
    const api = client(server.url)
    const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'the-last-one' }
    const send = async <Body>(method: string, path: string, body?: unknown) =>
      (await api.request<Body>(method, path, body, headers)).body
    const project = await send<{ id: string }>('POST', '/api/projects', { name: 'x' })
    const env = { SECRET: 'hunter2-env' }
    const session = { projectId: project.id, taskIds: [], env }
    const { id } = await send<{ id: string }>('POST', '/api/sessions', session)
    await send('PATCH', `/api/sessions/${id}`, { env: { SECRET: 'hunter2-changed' } })
    await send('PATCH', `/api/sessions/${id}`, { env: { SECRET: 5, OTHER: 'hunter2-refused' } })
    await send('POST', '/api/sessions', '{"env":{"SECRET":"hunter2-broken"')
    await fetch(`${server.url}/?token=${token}`)
    await send('GET', `/api/nothing?token=${token}`)
    await expect.poll(server.log).toContain('the-last-one')
    expect(server.log()).not.toContain('hunter2')
  })
})
