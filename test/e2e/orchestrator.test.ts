// An orchestrator and its workers share what there is: even one place must be enough for all of them.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { orchestrator, type Stage, setStage, until, worker } from './stage'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.strike())

it('spawns two workers, waits for them, and finishes, though only one may run at once', async () => {
  const [task] = await stage.tasks('the whole')
  // The orchestrator's commands are its own; everybody else is a worker.
  const agent = `sh -c 'case "$(maestro whoami)" in *orchestrator*) exec ${orchestrator.replace('{promptFile}', '"$0"')};; *) exec ${worker.replace('{promptFile}', '"$0"')};; esac' {promptFile}`
  const runner = await stage.run(['--agent', agent, '--max', '1'])
  const id = await stage.spawn([task?.id ?? ''], { role: 'orchestrator', sessionName: 'Lead' })
  expect(await stage.ended(id)).toMatchObject({ status: 'completed' })

  const sessions = await stage.client.sessions.list()
  expect(sessions.map(({ name }) => name)).toEqual(['Lead', 'left half', 'right half'])
  for (const session of sessions.slice(1)) {
    expect(session.metadata).toMatchObject({ spawnedBy: id, spawnSource: 'session', role: 'worker' })
    expect(await stage.ended(session.id)).toMatchObject({ status: 'completed' })
  }
  const tasks = await stage.client.tasks.list()
  expect(tasks.map((one) => [one.title, one.status, one.sessionStatus])).toEqual([
    ['the whole', 'completed', 'completed'],
    ['left half', 'completed', 'completed'],
    ['right half', 'completed', 'completed'],
  ])
  expect(stage.files()).toEqual(['left-half.txt', 'right-half.txt'])
  expect(stage.starts()).toEqual(sessions.slice(1).map((session) => session.id))
  await until('the runner knows of all ends', () => runner.output().match(/has ended/g)?.length === 3)
})
