// Sends what fast-check makes of the reference, and looks at every answer.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { OpenApiDocument } from '../../../functions/openapi/openapi-types'
import { parseTrusted } from '../../../schemas/json-text'
import { count } from '../../figures'
import { seed } from '../../random'
import type { Api } from '../http'
import { type Request, requestsTo } from './requests'
import { resolveMarks } from './values'

/** So many requests are under way at once, on one project or on several: that is how agents call. */
const atOnce = 5
const perRun = 25

export interface Outcome {
  requests: number
  /** The operations that were answered with success at least once. */
  succeeded: Set<string>
}

/** Sees one request being sent, while nothing else is under way. */
export type Observe = (operationId: string, send: () => Promise<void>) => Promise<void>

/**
 * Sends `runs` times 25 requests. Fails on a status from 500 on, and (in the client) on any answer that the
 * reference does not know. `TEST_SEED` repeats the requests of a failure, which names its seed.
 */
export const fuzz = async (api: Api, runs: number, observe?: Observe): Promise<Outcome> => {
  const document = await api.get<OpenApiDocument>('/openapi.json')
  const known = knowledge()
  const outcome: Outcome = { requests: 0, succeeded: new Set() }

  const send = async ({ operationId, method, path, headers, body }: Request) => {
    const resolved = resolveMarks(JSON.stringify({ path, headers, body }), known.get)
    const sent: Pick<Request, 'path' | 'headers' | 'body'> = parseTrusted(resolved)
    const answer = await api.request<unknown>(method, sent.path, sent.body, sent.headers)
    outcome.requests++
    count('requests')
    if (answer.status < 400) {
      outcome.succeeded.add(operationId)
      known.learn(method, sent.path, answer.body)
      known.add('cursors', answer.headers.get('x-next-cursor'))
      known.add('etags', answer.headers.get('etag'))
    }
    expect(answer.status, `${method} ${sent.path} ${sent.body}: ${JSON.stringify(answer.body)}`).toBeLessThan(
      500,
    )
  }

  /** Something to work on, or else everything would be deleted at some time. */
  const begin = async () => {
    const { id: projectId } = await api.project()
    const tasks = [await api.task(projectId), await api.task(projectId), await api.task(projectId)]
    const taskIds = tasks.map(({ id }) => id)
    const session = await api.session(projectId, taskIds, { strategy: 'queue' })
    known.add('projects', projectId)
    for (const id of taskIds) known.add('tasks', id)
    known.add('sessions', session.id)
  }

  const requests = fc.array(requestsTo(document), { minLength: perRun, maxLength: perRun })
  const sequence = fc.asyncProperty(requests, async (all) => {
    await begin()
    if (observe) for (const request of all) await observe(request.operationId, () => send(request))
    else
      for (let first = 0; first < all.length; first += atOnce)
        await Promise.all(all.slice(first, first + atOnce).map(send))
  })
  // The store has moved on when a run fails, so a smaller one would not fail again.
  const { failed, errorInstance } = await fc.check(sequence, { numRuns: runs, seed, endOnFailure: true })
  if (failed) throw new Error(`with TEST_SEED=${seed}: ${errorInstance}`, { cause: errorInstance })
  return outcome
}

/** What the answers told: by kind the ids of what exists, newest last, and of what is gone; cursors and tags. */
const knowledge = () => {
  const byKind = new Map<string, string[]>()
  const without = (kind: string, value: string) => (byKind.get(kind) ?? []).filter((other) => other !== value)
  const add = (kind: string, value: string | null) => {
    if (value !== null) byKind.set(kind, [...without(kind, value), value].slice(-30))
  }
  return {
    add,
    learn(method: string, path: string, body: unknown) {
      const kind = /^\/api\/(\w+)/.exec(path)?.[1] ?? 'others'
      for (const id of idsIn(body)) {
        if (method !== 'DELETE') add(kind, id)
        else if (!path.includes('/tasks/', 5)) {
          byKind.set(kind, without(kind, id))
          add('gone', id)
        }
      }
    },
    get(kind: string, place: number): string {
      const values = byKind.get(kind) ?? []
      return JSON.stringify(values.at(-1 - (place % values.length)) ?? 'nothing').slice(1, -1)
    },
  }
}

/** The ids of an entity, of a list of them, or of the session that was spawned. */
const idsIn = (body: unknown): string[] => {
  if (Array.isArray(body)) return body.flatMap(idsIn)
  if (typeof body !== 'object' || body === null) return []
  if ('session' in body) return idsIn(body.session)
  return 'id' in body && typeof body.id === 'string' ? [body.id] : []
}
