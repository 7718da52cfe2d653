// A server that comes back takes its agents for strangers, or its key is read by others.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { client, refusal } from '../contract/http'
import { type Server, startServer } from '../contract/server'

it('knows the tokens of its sessions after kill -9, from the first one on, and those of no other server', async () => {
  let server = await startServer()
  const other = await startServer()
  try {
    const api = client(server.url)
    const { id } = await api.session((await api.project()).id)
    const path = join(server.dataDir, '.session-key')
    const tokenOf = async () => (await api.ok<{ token: string }>('POST', `/api/sessions/${id}/token`)).token
    const ask = async (at: Server, token: string) =>
      client(at.url).request(
        'PATCH',
        `/api/sessions/${id}`,
        { status: 'working' },
        {
          Authorization: `Bearer ${token}`,
        },
      )
    const again = async (env: Record<string, string> = {}) => {
      await server.kill9()
      server = await server.restart(env)
    }
    // Killed before anybody has needed a key.
    await again()
    expect(existsSync(path)).toBe(false)
    const token = await tokenOf()
    await again()
    expect((await ask(server, token)).status).toBe(200)
    expect(await tokenOf()).toBe(token)
    expect([statSync(path).mode & 0o777, readFileSync(path).length]).toEqual([0o600, 32])
    await client(other.url).session((await client(other.url).project()).id, [], { id })
    expect(await ask(other, token)).toMatchObject(refusal(401, 'UNAUTHORIZED'))
    // Another API token makes another key of the same secret.
    await again({ MAESTRO_API_TOKEN: 'changed' })
    expect(await ask(server, token)).toMatchObject(refusal(401, 'UNAUTHORIZED'))
    await again()
    expect((await ask(server, token)).status).toBe(200)
  } finally {
    await Promise.all([server.stop(), other.stop()])
  }
})
