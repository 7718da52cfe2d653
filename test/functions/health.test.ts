// A load balancer sends people to a server that cannot keep what they send, or its log grows with every one of them.
import { expect, it } from 'vitest'
import { createApp } from '../../functions/app'
import type { Log } from '../../functions/services/log'
import { memoryDriver } from '../../storage/drivers/memory'
import { createProject } from '../../storage/rules/projects'
import { createSession } from '../../storage/rules/sessions'
import { calledLocally, createMemoryServices, localRequest } from './services'

/** A server whose storage takes nothing, for a reason that the test may change. */
const start = async () => {
  const stored = memoryDriver()
  const storage: { reason: string | undefined } = { reason: undefined }
  const services = await createMemoryServices({
    driver: {
      ...stored,
      unavailable: () => storage.reason,
      async commit(batch) {
        if (storage.reason !== undefined) throw new Error(storage.reason)
        await stored.commit?.(batch)
      },
    },
  })
  const logged: { level: string; fields: string }[] = []
  const record = (level: string) => (fields: object | string) => {
    const stack = typeof fields === 'object' && 'err' in fields && fields.err instanceof Error
    logged.push({ level, fields: stack ? 'a stack' : JSON.stringify(fields) })
  }
  const nothing = () => undefined
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: record('warn'),
    error: record('error'),
    child: () => log,
  }
  const { outputs: _onAnotherMachine, ...host } = services
  const app = createApp()
  const ask = async (path: string, init?: RequestInit): Promise<{ status: number; body: unknown }> => {
    const response = await app.fetch(localRequest(path, init), calledLocally({ ...host, log }))
    return { status: response.status, body: await response.json() }
  }
  return { ask, storage, logged, services }
}

it('is not ok while no change can be stored, says why, and is ok again after that', async () => {
  const { ask, storage } = await start()
  expect(await ask('/health')).toMatchObject({ status: 200, body: { status: 'ok' } })
  storage.reason = 'The database is away'
  const refusal = {
    error: true,
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining(storage.reason),
  }
  expect(await ask('/health')).toEqual({ status: 503, body: refusal })
  expect(await ask('/health?verbose=1')).toMatchObject({
    status: 503,
    body: { ...refusal, details: { storage: { entities: { projects: 0 } }, clients: 0 } },
  })
  expect(await ask('/api/projects')).toEqual({ status: 200, body: [] })
  storage.reason = undefined
  expect(await ask('/health?verbose=1')).toMatchObject({ status: 200, body: { status: 'ok' } })
})

it('logs what the storage refuses in a line, without a stack', async () => {
  const { ask, storage, logged } = await start()
  storage.reason = 'The database is away'
  const init = { method: 'POST', body: '{"name":"p"}', headers: { 'Content-Type': 'application/json' } }
  for (let n = 0; n < 3; n++) expect((await ask('/api/projects', init)).status).toBe(503)
  expect(logged).toEqual(
    Array.from({ length: 3 }, () => ({
      level: 'warn',
      fields: expect.stringContaining('The database is away'),
    })),
  )
})

it('logs nothing of what this host does not do, which is no mistake of anybody', async () => {
  const { ask, logged, services } = await start()
  const sessionId = await services.workspace.change(function* (tx) {
    const { id } = createProject(tx, { name: 'p' }, '/')
    return (yield* createSession(tx, { projectId: id, taskIds: [] }, services.machine)).id
  })
  for (let n = 0; n < 2; n++)
    expect(await ask(`/api/sessions/${sessionId}/output`)).toMatchObject({
      status: 501,
      body: { code: 'NOT_IMPLEMENTED' },
    })
  expect(logged).toEqual([])
})
