// Every agent pays for the words of the tools in each turn; one that waits asks twice, or is never let go.
import { describe, expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import { createApp } from '../../functions/app'
import { paramNamesOf } from '../../functions/http/operation'
import { instructions, listed } from '../../functions/mcp/tool-list'
import { allTools, toolsOf } from '../../functions/mcp/tools'
import { readerOf } from '../../storage/rules/find'
import { calledLocally, createMemoryServices, localRequest } from './services'

/** No tokenizer makes more of a text: pieces of words, each of at most four letters, and every other sign. */
const tokensAtMost = (text: string): number =>
  [...text.matchAll(/[A-Za-z]+|\d|[^\sA-Za-z\d]/g)].reduce(
    (sum, [piece]) => sum + Math.ceil(piece.length / 4),
    0,
  )

describe('the tools', () => {
  it('are at most 15, and all their words are less than 4,000 tokens', () => {
    expect(allTools.length).toBeLessThanOrEqual(15)
    const text = JSON.stringify(allTools.map(listed)) + instructions
    expect(tokensAtMost(text)).toBeLessThan(4000)
    expect(toolsOf('worker').every(({ isForOrchestrators }) => !isForOrchestrators)).toBe(true)
  })

  it('are made of operations that there are, with the names that those have', () => {
    const byName = new Map(allOperations.map(({ definition }) => [String(definition.name), definition]))
    // Ours: what is told over several calls, what the answer is cut to, and which of the operations of a queue.
    const own = [
      'requestId',
      'sessionIds',
      'action',
      'limit',
      'cursor',
      'outcome',
      'message',
      'taskId',
      'sessionId',
      'taskIds',
    ]
    for (const { name, operations, input } of allTools) {
      const known = new Set(own)
      for (const operation of operations) {
        const definition = byName.get(operation)
        expect(definition, `${name} uses ${operation}`).toBeDefined()
        if (!definition) continue
        for (const param of [...paramNamesOf(definition.path), ...Object.keys(definition.query?.shape ?? {})])
          known.add(param)
        for (const field of fieldsOf(definition.body)) known.add(field)
      }
      for (const argument of Object.keys(input.shape))
        expect(known, `${argument} of ${name}`).toContain(argument)
    }
  })
})

const fieldsOf = (schema: unknown): string[] => {
  const { shape, out } = Object(schema)
  return Object.keys(shape ?? out?.shape ?? {})
}

/** An app, a session in it that lives, and how it calls a tool. */
const world = async () => {
  const services = await createMemoryServices()
  const app = createApp()
  const send = async (method: string, path: string, body?: object, init: RequestInit = {}) =>
    app.fetch(
      localRequest(path, {
        ...init,
        method,
        headers: { 'Content-Type': 'application/json', ...init.headers },
        ...(body && { body: JSON.stringify(body) }),
      }),
      calledLocally(services),
    )
  const made = async (path: string, body: object) => Object(await (await send('POST', path, body)).json()).id
  const projectId = await made('/api/projects', { name: 'a project' })
  const sessionId: string = await made('/api/sessions', { projectId, taskIds: [] })
  const call = (name: string, given: object, signal?: AbortSignal) =>
    send(
      'POST',
      '/mcp?tier=all',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } },
      { headers: { 'X-Maestro-Session': sessionId }, ...(signal && { signal }) },
    )
  const openRequests = async () => {
    const response = await send('GET', '/api/inbox')
    return Object(await response.json())
  }
  return { services, send, call, sessionId, projectId, openRequests }
}

const until = async (isSo: () => boolean | Promise<boolean>) => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

const bodyOf = async (response: Response) =>
  Object(JSON.parse(Object(await response.json()).result.content[0].text))

describe('one who waits', () => {
  it('for an answer and goes away leaves one open question behind, and nothing that listens', async () => {
    const { services, call, openRequests } = await world()
    const idle = services.rooms.size()
    for (let time = 1; time <= 3; time++) {
      const gone = new AbortController()
      const asked = call('ask', { title: 'Which format?', detail: 'Of the pages' }, gone.signal)
      await until(async () => (await openRequests()).length === 1 && services.rooms.size() > idle)
      gone.abort()
      expect((await asked).status).toBe(499)
      await until(() => services.rooms.size() === idle)
    }
    const [{ id, deliveredAt }] = await openRequests()
    expect(id).toMatch(/^req_/)
    expect(deliveredAt).toBeUndefined()
  })

  it('for the end of sessions and goes away leaves nothing that listens', async () => {
    const { services, call, sessionId } = await world()
    const idle = services.rooms.size()
    const gone = new AbortController()
    const waiting = call('wait', { sessionIds: [sessionId] }, gone.signal)
    await until(() => services.rooms.size() > idle)
    gone.abort()
    expect((await waiting).status).toBe(499)
    await until(() => services.rooms.size() === idle)
    const state = await services.workspace.read(
      (documents) => readerOf(documents).get('sessions', sessionId)?.status,
    )
    expect(state).not.toBe('stopped')
  })

  it('while the host stops gets an id to go on with, and is asked nothing twice', async () => {
    const { services, call, send, openRequests, sessionId } = await world()
    const asked = call('ask', { title: 'Which format?' })
    await until(async () => (await openRequests()).length === 1)
    services.rooms.endStreams()
    const [{ id }] = await openRequests()
    expect(await bodyOf(await asked)).toEqual({ state: 'open', requestId: id })
    expect(await bodyOf(await call('ask', { requestId: id }))).toEqual({ state: 'open', requestId: id })
    expect(await openRequests()).toHaveLength(1)
    await send('POST', `/api/requests/${id}/withdraw`)
    expect(await bodyOf(await call('ask', { requestId: id }))).toEqual({ state: 'withdrawn', requestId: id })

    const open = await bodyOf(await call('wait', { sessionIds: [sessionId] }))
    expect(open).toMatchObject({ state: 'open', sessions: [{ id: sessionId }] })
    await send('POST', `/api/sessions/${sessionId}/stop`)
    expect(await bodyOf(await call('wait', { requestId: open.requestId }))).toMatchObject({ state: 'ended' })
    expect(await bodyOf(await call('wait', { requestId: id }))).toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})
