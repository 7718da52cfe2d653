// What thousands of odd requests left behind is there again after a crash, to the last character.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Everything, expectConsistent, readEverything } from '../contract/consistency'
import { fuzz } from '../contract/fuzz/run'
import { client } from '../contract/http'
import { type Server, startServer } from '../contract/server'

let server: Server

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

/** Everything in order, each as a text. A start makes the default templates anew that were deleted. */
const textsOf = ({ projects, tasks, sessions, templates, queues }: Everything) =>
  [...projects, ...tasks, ...sessions, ...templates.filter(({ isDefault }) => !isDefault), queues].map(
    (each) => JSON.stringify(each),
  )

test('a crash and a restart change nothing', { timeout: 60_000 }, async () => {
  await fuzz(client(server.url), 20)
  const before = textsOf(await readEverything(client(server.url)))
  expect(before.length).toBeGreaterThan(100)

  await server.kill9()
  server = await server.restart()
  const everything = await readEverything(client(server.url))
  const after = textsOf(everything)
  expect(after.length).toBe(before.length)
  expect(after.filter((text, place) => text !== before[place])).toEqual([])
  expectConsistent(everything)
})
