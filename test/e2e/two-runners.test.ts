// Two runners on one server: each session is started once, by one of them.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimOf } from '../../local-dev/runner/claim'
import { parseTrusted } from '../../schemas/json-text'
import { createFixture, type Fixture, waitUntil, worker } from './fixture'

let fixture: Fixture
beforeEach(async () => {
  fixture = await createFixture()
})
afterEach(() => fixture.stop())

it('starts each of six sessions exactly once, and fills the slots of both', async () => {
  const tasks = await fixture.tasks('wait 1', 'wait 2', 'wait 3', 'wait 4', 'wait 5', 'wait 6')
  const runners = await Promise.all(
    [1, 2].map(() => fixture.run(['--agent', worker, '--max', '2', '--json'])),
  )
  const ids: string[] = []
  for (const { id } of tasks) ids.push(await fixture.spawn([id]))
  await waitUntil('four of them work', async () => {
    const sessions = await fixture.client.sessions.list({ status: 'working' })
    return sessions.length === 4
  })
  fixture.releaseTasks()
  const holders = new Map<string, number>()
  for (const id of ids) {
    const session = await fixture.ended(id)
    expect(session.status).toBe('completed')
    expect(session.timeline.filter(({ message }) => message === 'node starts')).toHaveLength(1)
    const holder = claimOf(session)?.id ?? ''
    holders.set(holder, (holders.get(holder) ?? 0) + 1)
  }
  const started = runners.flatMap((runner) =>
    runner
      .output()
      .trim()
      .split('\n')
      .map((line) => parseTrusted<{ what: string; sessionId: string }>(line))
      .flatMap(({ what, sessionId }) => (what === 'started' ? [sessionId] : [])),
  )
  expect(started.sort()).toEqual([...ids].sort())
  expect(fixture.starts().sort()).toEqual([...ids].sort())
  // Two slots each, and four sessions at once: neither can have had all of them.
  expect([...holders.values()].every((count) => count >= 2)).toBe(true)
  expect(holders.size).toBe(2)
})
