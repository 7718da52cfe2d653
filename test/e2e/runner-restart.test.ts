// A runner is killed in the middle, and started again: nothing runs twice, nothing is forgotten.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ProcessIdentity } from '../../storage/drivers/files/process-identity'
import { createFixture, type Fixture, waitUntil, worker } from './fixture'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
// A runner looks at what others of its machine have left: nothing goes on from one test to the next.
afterEach(() => fixture.clear())
afterAll(() => fixture.stop())

it('takes over what runs, starts what waited, and what was spawned while it was away', async () => {
  const tasks = await fixture.tasks('wait one', 'two', 'three')
  const first = await fixture.run(['--agent', worker, '--max', '1'])
  const [running, waiting] = [
    await fixture.spawn([tasks[0]?.id ?? '']),
    await fixture.spawn([tasks[1]?.id ?? '']),
  ]
  await fixture.working(tasks[0]?.id)
  await first.end('SIGKILL')
  const missed = await fixture.spawn([tasks[2]?.id ?? ''])

  const second = await fixture.run(['--agent', worker, '--max', '1'])
  await waitUntil('it is taken over', () => second.output().includes('still runs'))
  // Its slot is taken: the others wait.
  expect(await fixture.client.sessions.list({ status: 'spawning' })).toHaveLength(2)
  fixture.releaseTasks()
  for (const id of [running, waiting, missed])
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  expect(fixture.starts()).toEqual([running, waiting, missed])
  expect(fixture.commits()).toEqual(['three', 'two', 'wait one', 'begin'])
  await waitUntil('the runner knows of all ends', () => second.output().match(/has ended/g)?.length === 3)
})

/** Its runner and its driver are killed, its driver's process named as `change` says. */
const killAll = async (change: (pidfile: ProcessIdentity) => ProcessIdentity) => {
  const [task] = await fixture.tasks('wait')
  const first = await fixture.run(['--agent', worker])
  const id = await fixture.spawn([task?.id ?? ''])
  await fixture.working(task?.id)
  await first.end('SIGKILL')
  const pidfile = ProcessIdentity.parse(JSON.parse(fixture.sessionFile(id, 'process.json')))
  process.kill(-pidfile.pid, 'SIGKILL')
  writeFileSync(join(fixture.server.sessionDir, id, 'process.json'), JSON.stringify(change(pidfile)))
  fixture.releaseTasks()
  return id
}

it('starts a driver again that died while no runner was there', async () => {
  const id = await killAll((pidfile) => pidfile)
  await fixture.run(['--agent', worker])
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  expect(fixture.starts()).toEqual([id, id])
})

it('tells of what was lost with an earlier boot', async () => {
  const id = await killAll((pidfile) => ({ ...pidfile, bootId: '11111111-2222-3333-4444-555555555555' }))
  await fixture.run(['--agent', worker])
  const session = await fixture.ended(id)
  expect(session.status).toBe('failed')
  expect(session.endReason).toMatch(/^lost: the process is gone without reporting a result/)
  expect(fixture.starts()).toHaveLength(1)
})

it('leaves what it had to another runner of the machine, if there is one', async () => {
  const [task] = await fixture.tasks('wait')
  const first = await fixture.run(['--agent', worker])
  const id = await fixture.spawn([task?.id ?? ''])
  await fixture.working(task?.id)
  const second = await fixture.run(['--agent', worker])
  await first.end('SIGKILL')
  await waitUntil('it is taken over', () => second.output().includes('still runs'))
  await fixture.here.text(['session', 'stop', id])
  expect(await fixture.ended(id)).toMatchObject({ status: 'stopped' })
  expect(fixture.starts()).toEqual([id])
})

it('goes on when the server is killed and comes back', async () => {
  const tasks = await fixture.tasks('wait one', 'two')
  await fixture.run(['--agent', worker])
  const one = await fixture.spawn([tasks[0]?.id ?? ''])
  await fixture.working(tasks[0]?.id)
  await fixture.server.kill9()
  const back = await fixture.server.restart()
  try {
    fixture.releaseTasks()
    const two = await fixture.spawn([tasks[1]?.id ?? ''])
    for (const id of [one, two]) expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    expect(fixture.starts().sort()).toEqual([one, two].sort())
  } finally {
    await back.terminate()
  }
})
