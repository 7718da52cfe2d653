// Two servers share SESSION_DIR: the runner of one neither kills nor forgets the agents of the other.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { startServer } from '../contract/server'
import { createFixture, type Fixture, waitUntil, worker } from './fixture'

let fixture: Fixture
beforeEach(async () => {
  fixture = await createFixture()
})
afterEach(() => fixture.stop())

it('goes on with an agent whose runner was killed, beside a runner of another server', async () => {
  const other = await startServer()
  try {
    const [task] = await fixture.tasks('wait')
    const first = await fixture.run(['--agent', worker])
    const id = await fixture.spawn([task?.id ?? ''])
    await fixture.working(task?.id)
    await first.end('SIGKILL')
    const stranger = await fixture.run(['--agent', worker], { MAESTRO_SERVER_URL: other.url })
    expect(stranger.output()).toContain(`No runner looks after ${id} of the server`)
    const url = fixture.server.url.replace('127.0.0.1', 'localhost')
    const second = await fixture.run(['--agent', worker], { MAESTRO_SERVER_URL: url })
    await waitUntil('it is taken over', () => second.output().includes('still runs'))
    fixture.releaseTasks()
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    expect(fixture.starts()).toEqual([id])
    expect(stranger.output()).not.toMatch(/taken over|ending/)
  } finally {
    await other.stop()
  }
})
