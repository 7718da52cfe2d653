// Sends what fast-check makes of the reference, and looks at every answer.

import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { OpenApiDocument } from '../../../functions/openapi/openapi-types'
import { count } from '../../figures'
import { seed } from '../../random'
import type { Api } from '../http'
import { forms } from './hostile'
import { createLedger, strayTag, tagOf, unkeepableIn } from './kept'
import { createKnown, type Known } from './known'
import { operationsOf, type Request, requestsTo } from './requests'
import { kindIn, resolveMarks } from './values'

/** So many requests are under way at once, on one project or on several: that is how agents call. */
const atOnce = 5
const perRun = 25
/** What is on the machine of a runner: another one says so. */
const onRunnersMachine = '/api/sessions/{id}/diff'

export interface Outcome {
  requests: number
  /** How many operations were asked. */
  operations: number
  /** Those that were never answered with success. */
  failed: string[]
  /** The texts among those given, and among all that can be read now, that were not sent so. */
  foreign(others: unknown): Promise<string[]>
}

/** Sees one request being sent, while nothing else is under way. */
export type Observe = (operationId: string, send: () => Promise<void>) => Promise<void>

/**
 * Sends `runs` times 25 requests. Fails on a status from 500 on, and (in the client) on any answer that the
 * reference does not know. `TEST_SEED` repeats the requests of a failure, which names its seed.
 */
export const fuzz = async (api: Api, runs: number, observe?: Observe): Promise<Outcome> => {
  const document = await api.get<OpenApiDocument>('/openapi.json')
  const { schemas } = document.components
  const known = createKnown(schemas)
  const ledger = createLedger()
  const succeeded = new Set<string>()
  let sentSoFar = 0

  const send = async ({ operation, path, headers, body, form }: Request) => {
    const tag = tagOf(sentSoFar++)
    const wordFor = (kind: string, place: number) =>
      kind === 'tag' ? tag : kind === 'stray' ? strayTag : known.get(kind, place)
    const address = resolveMarks(path, (...asked) => encodeURIComponent(wordFor(...asked)))
    const text = body && resolveMarks(body, (...asked) => JSON.stringify(wordFor(...asked)).slice(1, -1))
    const bytes = text === undefined ? undefined : new Uint8Array(forms[form](text))
    const told = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, resolveMarks(value, wordFor)]),
    )
    const answer = await api.request<unknown>(operation.method, address, bytes, told)
    count('requests')
    const request = `${operation.method} ${address} ${form} ${text?.slice(0, 2000)}`
    if (answer.status !== 501 || operation.path !== onRunnersMachine)
      expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBeLessThan(500)
    if (answer.status >= 400) return
    // Lost some seconds later, in the middle of something else, it would change what that is compared with.
    if (operation.path === '/api/sessions/{id}/heartbeat')
      await api.request<unknown>('POST', address, { ttlSeconds: 3600 })
    succeeded.add(operation.operationId)
    known.learn(operation, address, answer.body)
    known.add('cursors', answer.headers.get('x-next-cursor'))
    known.add('etags', answer.headers.get('etag'))
    if (!bytes || !operation.bodySchema) return
    const sent = parseAsSent(bytes)
    expect(unkeepableIn(sent), request).toEqual([])
    ledger.accept(tag, sent, operation.path.startsWith('/api/templates'))
  }

  /** Something to work on, or else everything would be deleted at some time. */
  const begin = async () => {
    const { id: projectId } = await api.project()
    const tasks = [await api.task(projectId), await api.task(projectId), await api.task(projectId)]
    const taskIds = tasks.map(({ id }) => id)
    const session = await api.session(projectId, taskIds, { strategy: 'queue' })
    known.add('proj', projectId)
    for (const id of taskIds) known.add('task', id)
    known.add('sess', session.id)
    const path = `/api/sessions/${session.id}`
    const asked = await api.ok<{ id: string }>('POST', `${path}/requests`, {
      kind: 'question',
      title: 'Which?',
    })
    known.add('req', asked.id)
    const told = await api.ok<{ id: string }>('POST', `${path}/messages`, { text: 'Go on' })
    known.add('msg', told.id)
  }

  const requests = fc.array(requestsTo(document), { minLength: perRun, maxLength: perRun })
  const sequence = fc.asyncProperty(requests, async (all) => {
    // To make these up takes seconds on a busy machine: a connection that was closed meanwhile is seen to be closed.
    await sleep(1)
    await begin()
    if (observe) for (const request of all) await observe(request.operation.operationId, () => send(request))
    else
      for (let first = 0; first < all.length; first += atOnce)
        await Promise.all(all.slice(first, first + atOnce).map(send))
  })
  // The store has moved on when a run fails, so a smaller one would not fail again.
  const { failed, errorInstance } = await fc.check(sequence, { numRuns: runs, seed, endOnFailure: true })
  if (failed) throw new Error(`with TEST_SEED=${seed}: ${errorInstance}`, { cause: errorInstance })
  const ids = operationsOf(document).map(({ operationId }) => operationId)
  return {
    requests: sentSoFar,
    operations: ids.length,
    failed: ids.filter((id) => !succeeded.has(id)),
    foreign: async (others) => ledger.foreign([others, await readAll(api, document, known)]),
  }
}

/** Throws where the bytes are no UTF-8. A byte order mark is no part of a text. */
const parseAsSent = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim() || '{}')

/** All that can be read: every list, and of the newest entities everything there is of each. */
const readAll = async (api: Api, document: OpenApiDocument, known: Known): Promise<unknown[]> => {
  const reads = operationsOf(document).filter(({ method }) => method === 'GET')
  const paths = reads.flatMap(({ path, parameters }) => {
    const [parameter] = parameters.filter((each) => each.in === 'path')
    if (!parameter) return [path]
    const { schema, name } = parameter
    const ids = known.all(kindIn(schema) ?? '')
    return (schema.enum?.map(String) ?? ids).map((id) => path.replace(`{${name}}`, encodeURIComponent(id)))
  })
  return Promise.all(paths.map(async (path) => (await api.request<unknown>('GET', path)).body))
}
