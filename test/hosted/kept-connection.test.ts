// A request is refused before its body was read, and the next one on the same connection hangs, or is cut off.

import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hosted, startHosted } from './target'

let target: Hosted
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  target = await startHosted({ MAX_BODY_BYTES: '500' })
})
afterAll(async () => {
  agent.destroy()
  await target.stop()
})

/** The answer's status, and the port of ours that it came to: by that one knows the connection. */
const ask = async (method: string, path: string, headers: Record<string, string> = {}, body = '') => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(target.url + path, { agent, method, headers }, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
  const port = response.socket.localPort
  await text(response)
  return { status: response.statusCode, port }
}

const sizes = [1_000, 100_000, 1_500_000]
const refusals: [status: number, method: string, path: string, headers?: Record<string, string>][] = [
  [401, 'POST', '/api/projects', { authorization: 'Bearer wrong' }],
  [404, 'POST', '/api/nowhere'],
  [404, 'PUT', '/internal/nowhere'],
  [405, 'PUT', '/api/sessions/spawn'],
  [413, 'POST', '/api/projects'],
  [413, 'POST', '/api/projects', { 'transfer-encoding': 'chunked' }],
  [400, 'POST', '/api/sessions/none/tasks/none', { 'idempotency-key': 'a b' }],
]

describe.each(refusals)('after a %i to %s %s %j', (status, method, path, headers) => {
  it('the connection is good for the next request, however large the body was', async () => {
    const { port } = await ask('GET', '/health')
    for (const size of sizes) {
      expect(await ask(method, path, headers, 'x'.repeat(size))).toEqual({ status, port })
      expect(await ask('GET', '/api/projects')).toEqual({ status: 200, port })
    }
  })
})
