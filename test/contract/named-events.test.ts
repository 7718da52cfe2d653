// An event that nobody was told to expect, or one that is told of and never comes: whoever listens acts on the reference.

import { afterAll, expect, test } from 'vitest'
import type { OpenApiDocument } from '../../functions/openapi/openapi-types'
import { isFullRun, scaled, scaledMs } from '../random'
import { fuzz } from './fuzz/run'
import { client } from './http'
import { connect, heardDuring } from './socket'
import { startTarget } from './target'

// By itself: among what thousands of other requests leave, each list takes a second.
const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

test('every event that a request sends is one that the reference names for it', {
  timeout: scaledMs(60_000),
}, async () => {
  const document = await api.get<OpenApiDocument>('/openapi.json')
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  const named = new Map(operations.map((operation) => [operation.operationId, operation['x-events'] ?? []]))
  const socket = await connect(target.url, { path: '/?rooms=all,queues,templates' })
  const heartbeat = document.paths['/api/sessions/{id}/heartbeat']?.post?.operationId
  const unnamed = new Set<string>()
  const heard = new Set<string>()

  await fuzz(api, scaled(5), async (operationId, send) => {
    // Whoever has begun to beat is lost some seconds later: that event would be put down to whatever is sent then.
    if (operationId === heartbeat) return
    for (const { type } of await heardDuring(socket, api, send)) {
      heard.add(type)
      if (!named.get(operationId)?.includes(type)) unnamed.add(`${operationId}: ${type}`)
    }
  })
  await socket.close()
  expect([...unnamed]).toEqual([])
  if (isFullRun) expect(heard.size).toBeGreaterThan(6)
})
