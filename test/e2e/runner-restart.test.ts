// A runner is killed in the middle, and started again: nothing runs twice, nothing is forgotten.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Stage, setStage, until, worker } from './stage'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.strike())

it('takes over what runs, starts what waited, and what was spawned while it was away', async () => {
  const tasks = await stage.tasks('wait one', 'two', 'three')
  const first = await stage.run(['--agent', worker, '--max', '1'])
  const [running, waiting] = [
    await stage.spawn([tasks[0]?.id ?? '']),
    await stage.spawn([tasks[1]?.id ?? '']),
  ]
  await stage.working(tasks[0]?.id)
  await first.end('SIGKILL')
  const missed = await stage.spawn([tasks[2]?.id ?? ''])

  const second = await stage.run(['--agent', worker, '--max', '1'])
  await until('it is taken over', () => second.output().includes('still runs'))
  // Its place is taken: the others wait.
  expect(await stage.client.sessions.list({ status: 'spawning' })).toHaveLength(2)
  stage.go()
  for (const id of [running, waiting, missed])
    expect(await stage.ended(id)).toMatchObject({ status: 'completed' })
  expect(stage.starts()).toEqual([running, waiting, missed])
  expect(stage.commits()).toEqual(['three', 'two', 'wait one', 'begin'])
  await until('the runner knows of all ends', () => second.output().match(/has ended/g)?.length === 3)
})

it('tells of an agent that died while no runner was there', async () => {
  const [task] = await stage.tasks('wait')
  const first = await stage.run(['--agent', worker])
  const id = await stage.spawn([task?.id ?? ''])
  await stage.working(task?.id)
  await first.end('SIGKILL')
  const { pid } = JSON.parse(stage.sessionFile(id, 'process.json'))
  process.kill(-pid, 'SIGKILL')
  await stage.run(['--agent', worker])
  const session = await stage.ended(id)
  expect(session.status).toBe('failed')
  expect(session.timeline.at(-1)?.message).toMatch(/^The process has ended and did not say how/)
  expect(stage.starts()).toHaveLength(1)
})

it('leaves what it had to another runner of the machine, if there is one', async () => {
  const [task] = await stage.tasks('wait')
  const first = await stage.run(['--agent', worker])
  const id = await stage.spawn([task?.id ?? ''])
  await stage.working(task?.id)
  const second = await stage.run(['--agent', worker])
  await first.end('SIGKILL')
  await until('it is taken over', () => second.output().includes('still runs'))
  await stage.maestro.text(['session', 'stop', id])
  expect(await stage.ended(id)).toMatchObject({ status: 'stopped' })
  expect(stage.starts()).toEqual([id])
})

it('goes on when the server is killed and comes back', async () => {
  const tasks = await stage.tasks('wait one', 'two')
  await stage.run(['--agent', worker])
  const one = await stage.spawn([tasks[0]?.id ?? ''])
  await stage.working(tasks[0]?.id)
  await stage.server.kill9()
  const back = await stage.server.restart()
  try {
    stage.go()
    const two = await stage.spawn([tasks[1]?.id ?? ''])
    for (const id of [one, two]) expect(await stage.ended(id)).toMatchObject({ status: 'completed' })
    expect(stage.starts().sort()).toEqual([one, two].sort())
  } finally {
    await back.stop()
  }
})
