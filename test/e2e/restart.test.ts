// Somebody starts a session again: nobody works on it, its last run's agent does too, or that one's end is taken for its own.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFixture, type Fixture, type Runner, waitUntil, worker } from './fixture'

let fixture: Fixture
let runner: Runner
/** Its agents, but for one that does not let itself be ended politely. */
const startRunner = () =>
  fixture.run(['--agent', 'sh agent.sh {promptFile}'], { WORKER: worker.replace(' {promptFile}', '') })
beforeAll(async () => {
  fixture = await createFixture()
  writeFileSync(
    join(fixture.directory, 'agent.sh'),
    [
      'case $(cat "$1") in',
      `*stubborn*) [ -e go ] || { trap '' TERM; echo $$ > stubborn.pid; while :; do sleep 0.2; done; };;`,
      'esac',
      'exec $WORKER "$1"\n',
    ].join('\n'),
  )
  runner = await startRunner()
})
afterAll(() => fixture.stop())

const begin = async (title: string) => {
  const [task] = await fixture.tasks(title)
  return { id: await fixture.spawn([task?.id ?? '']), taskId: task?.id ?? '' }
}
const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const startsOf = (id: string) => fixture.starts().filter((started) => started === id).length
const completed = (id: string, taskId: string) =>
  waitUntil('it is done', async () => {
    const { sessionStatus } = await fixture.client.tasks.get(taskId)
    return sessionStatus === 'completed' && (await fixture.client.sessions.get(id)).status === 'completed'
  })

it('runs again what has failed, with the runner that is there', async () => {
  const { id, taskId } = await begin('fail once')
  expect((await fixture.ended(id)).status).not.toBe('spawning')
  await fixture.client.tasks.update(taskId, { title: 'do it' })
  await fixture.client.sessions.restart(id)
  await completed(id, taskId)
  expect(startsOf(id)).toBe(2)
  expect(fixture.files()).toContain('do-it.txt')
})

/** The pid of an agent that has to be killed. */
const beginStubborn = async () => {
  for (const name of ['go', 'stubborn.pid']) rmSync(join(fixture.directory, name), { force: true })
  const begun = await begin(`stubborn ${Date.now()}`)
  const hasPid = () => fixture.exists('stubborn.pid') && fixture.file('stubborn.pid') !== ''
  await waitUntil('the agent runs', hasPid)
  return { ...begun, pid: Number(fixture.file('stubborn.pid')) }
}

it('waits for the end of the last run’s agent, when it is stopped and started again at once', async () => {
  const { id, taskId, pid } = await beginStubborn()
  await fixture.client.sessions.stop(id)
  await fixture.client.sessions.restart(id)
  fixture.releaseTasks()
  await completed(id, taskId)
  expect(isThere(pid)).toBe(false)
  expect(startsOf(id)).toBe(1)
})

it('is started by the next runner where the one that had it has died, and its last agent ends', async () => {
  const { id, taskId, pid } = await beginStubborn()
  await runner.end('SIGKILL')
  await fixture.client.sessions.stop(id)
  await fixture.client.sessions.restart(id)
  fixture.releaseTasks()
  runner = await startRunner()
  await completed(id, taskId)
  expect(isThere(pid)).toBe(false)
  expect(startsOf(id)).toBe(1)
})
