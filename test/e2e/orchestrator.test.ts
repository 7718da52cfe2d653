// An orchestrator and its workers share what there is: even one slot must be enough for all of them.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFixture, type Fixture, orchestrator, waitUntil, worker } from './fixture'

let fixture: Fixture
beforeEach(async () => {
  fixture = await createFixture()
})
afterEach(() => fixture.stop())

it('spawns two workers, waits for them, and finishes, though only one may run at once', async () => {
  const [task] = await fixture.tasks('the whole')
  // The orchestrator's commands are its own; everybody else is a worker.
  const agent = `sh -c 'case "$(maestro whoami)" in *orchestrator*) exec ${orchestrator.replace('{promptFile}', '"$0"')};; *) exec ${worker.replace('{promptFile}', '"$0"')};; esac' {promptFile}`
  const runner = await fixture.run(['--agent', agent, '--max', '1'])
  const id = await fixture.spawn([task?.id ?? ''], { role: 'orchestrator', sessionName: 'Lead' })
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })

  const sessions = await fixture.client.sessions.list()
  expect(sessions.map(({ name }) => name)).toEqual(['Lead', 'left half', 'right half'])
  for (const session of sessions.slice(1)) {
    expect(session.metadata).toMatchObject({ spawnedBy: id, spawnSource: 'session', role: 'worker' })
    expect(await fixture.ended(session.id)).toMatchObject({ status: 'completed' })
  }
  const tasks = await fixture.client.tasks.list()
  expect(tasks.map((one) => [one.title, one.status, one.sessionStatus])).toEqual([
    ['the whole', 'completed', 'completed'],
    ['left half', 'completed', 'completed'],
    ['right half', 'completed', 'completed'],
  ])
  expect(fixture.files()).toEqual(['left-half.txt', 'right-half.txt'])
  expect(fixture.starts()).toEqual(sessions.slice(1).map((session) => session.id))
  await waitUntil('the runner knows of all ends', () => runner.output().match(/has ended/g)?.length === 3)
})
