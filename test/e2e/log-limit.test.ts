// An agent that prints without end fills the disk, in a terminal and without one.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createFixture, type Fixture, waitUntil } from './fixture'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterEach(() => fixture.clear())
afterAll(() => fixture.stop())

it.each(['none', 'tmux'] as const)(
  'has a log of a megabyte if that is what was asked for (%s)',
  async (terminal) => {
    const [task] = await fixture.tasks('one')
    // What prints for a terminal may be behind the agent: it waits for the end of what it has printed.
    const log = '"$SESSION_DIR/$MAESTRO_SESSION_ID/output.log"'
    const wait = `until tail -c 99 ${log} | grep -q all-of-it; do sleep 0.1; done`
    const print = 'yes "what it prints" | head -n 300000; echo all-of-it'
    const agent = `sh -c '${print}; ${wait}; maestro report complete done' {promptFile}`
    await fixture.run(['--agent', agent, '--log-max', '1'], {}, terminal)
    const id = await fixture.spawn([task?.id ?? ''])
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    await waitUntil('all is in the log', () => fixture.sessionFile(id, 'output.log').includes('Ended'))
    const kept = fixture.sessionFile(id, 'output.log')
    expect(kept).toMatch(/^sh starts in .*\r?\nwhat it prints\r?\n/)
    expect(kept).toContain('output is left out here: a log holds 1 MB (--log-max)')
    expect(kept.length).toBeLessThan(1_000_000)
  },
)
