// A driver is killed, by the system or by what it has started: its session stays "working" for ever, or two agents do its work.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { groupsOf } from '../../local-dev/runner/process/pidfile'
import { createFixture, type Fixture, type Runner, waitUntil, worker } from './fixture'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture.stop())

const again = /^Its driver was ended by SIGKILL without having ended the session: it is started again/
const saidAgain = async (id: string) =>
  (await fixture.client.sessions.get(id)).timeline.filter(({ message }) => again.test(message ?? ''))

it('is started again, when what its agent has left is gone, and it is said', async () => {
  const runner: Runner = await fixture.run(['--agent', worker])
  const [task] = await fixture.tasks('wait for it')
  const id = await fixture.spawn([task?.id ?? ''])
  await fixture.working(task?.id)
  const [driver] = await groupsOf(join(fixture.server.sessionDir, id))
  // Its agent goes on.
  process.kill(driver?.leader.pid ?? 0, 'SIGKILL')
  await waitUntil('another one works', () => fixture.starts().length === 2)
  expect(() => process.kill(-(driver?.leader.pid ?? 0), 0)).toThrow('ESRCH')
  fixture.releaseTasks()
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  expect(await saidAgain(id)).toHaveLength(1)
  expect(runner.output()).toMatch(/started again|starts in/)
  await runner.end('SIGTERM')
})

it('is not started without end', async () => {
  const runner = await fixture.run(['--agent', "sh -c 'echo once >> kills.log; kill -9 $PPID' {promptFile}"])
  const [task] = await fixture.tasks('kill it')
  const id = await fixture.spawn([task?.id ?? ''])
  const session = await fixture.ended(id)
  expect(session).toMatchObject({
    status: 'failed',
    endReason: expect.stringMatching(/^The process was ended by SIGKILL .* started again 3 times in a row/),
  })
  expect(session.timeline.at(-1)).toMatchObject({ metadata: { cause: 'exited', signal: 'SIGKILL' } })
  expect(await saidAgain(id)).toHaveLength(3)
  expect(fixture.file('kills.log')).toBe('once\n'.repeat(4))
  expect((await fixture.client.tasks.get(task?.id ?? '')).sessionStatus).toBe('failed')
  await runner.end('SIGTERM')
})
