// Thousands of requests that nobody would think of, several at once: nothing breaks, and nothing is left half done.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFullRun, scaled, scaledMs } from '../random'
import { expectConsistent, expectReadable, readEverything } from './consistency'
import { maxBodyBytes } from './fuzz/hostile'
import { fuzz } from './fuzz/run'
import { type Api, client } from './http'
import { differences, pictureOf, pictureOfEvents } from './mirror'
import { connect } from './socket'
import { startTarget, type Target } from './target'

let target: Target
let api: Api

beforeAll(async () => {
  // Every made-up skill of a spawn would be warned of.
  target = await startTarget({ LOG_LEVEL: 'error', MAX_BODY_BYTES: `${maxBodyBytes}` })
  api = client(target.url)
})
afterAll(() => target.stop())

test('no request breaks the server, and what it stores stays whole', {
  timeout: scaledMs(120_000),
}, async () => {
  const socket = await connect(target.url, { path: '/?rooms=all,queues,templates' })
  const { templates } = await readEverything(api)
  const { requests, operations, failed, foreign } = await fuzz(api, scaled(25))
  expect(requests).toBeGreaterThanOrEqual(scaled(25) * 25)
  // The two about a skill never do, as there is none; a rare one may have had bad luck.
  if (isFullRun) expect(failed.length, failed.join()).toBeLessThan(operations / 4)

  const last = await api.project({ name: 'the last change' })
  const everything = await readEverything(api)
  expectConsistent(everything)
  await expectReadable(api, everything)

  await socket.waitFor(({ data }) => JSON.stringify(data).includes(last.id))
  await socket.close()
  const before = templates.map((data) => ({ type: 'template:created', data, timestamp: 0 }))
  expect(await foreign(socket.messages)).toEqual([])
  const heard = pictureOfEvents([...before, ...socket.messages])
  expect(differences(heard, pictureOf(everything))).toEqual([])
})
