// The server is upgraded, and commands, runners and drivers of version 0.1.0, which go on, find another API.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client } from './http'
import { startTarget } from './target'
import { createIds, missingIn, type Recorded } from './zero-one/recorded'

/** Made by `TEST_RECORD=FOLDER npm run test:long -- zero-one`, which also runs those programs themselves. */
const recording = (name: string) =>
  readFileSync(join(import.meta.dirname, `zero-one/${name}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseTrusted<Recorded>(line))

it.each([
  ['the session of its README', 'readme'],
  ['agents that report, ask, fail, crash, say nothing or work a queue', 'agents'],
])('%s: every request is answered with all that was answered then', async (_, name) => {
  const target = await startTarget()
  onTestFinished(async () => void (await target.stop()))
  const api = client(target.url)
  const ids = createIds()
  const wrong: string[] = []
  for (const then of recording(name)) {
    const { method, path, body, status, answer } = ids.replaceIn(then)
    const now = await api.request<unknown>(method, path, body)
    ids.learn(then.answer, now.body)
    const missing =
      status === now.status ? missingIn(now.body, ids.replaceIn(answer)) : [JSON.stringify(now.body)]
    wrong.push(...missing.map((text) => `${method} ${path}, then ${status}, now ${now.status}: ${text}`))
  }
  expect(wrong).toEqual([])
})
