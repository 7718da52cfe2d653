// Two runners on one server: each session is started once, by one of them.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimOf } from '../../local-dev/runner/claim'
import { type Stage, setStage } from './stage'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.strike())

it('starts each of six sessions exactly once', async () => {
  const tasks = await stage.tasks('a', 'b', 'c', 'd', 'e', 'f')
  const runners = await Promise.all([1, 2].map(() => stage.run(['--agent', 'demo', '--max', '2', '--json'])))
  const ids: string[] = []
  for (const { id } of tasks) ids.push(await stage.spawn([id]))
  const runnersSeen = new Set<string>()
  for (const id of ids) {
    const session = await stage.ended(id)
    expect(session.status).toBe('completed')
    expect(session.timeline.filter(({ message }) => message === 'demo starts')).toHaveLength(1)
    runnersSeen.add(claimOf(session)?.id ?? '')
  }
  const started = runners.flatMap((runner) =>
    runner
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap(({ what, sessionId }) => (what === 'started' ? [sessionId] : [])),
  )
  expect(started.sort()).toEqual(ids.sort())
  expect(stage.file('MAESTRO_DEMO.md').trim().split('\n').sort()).toEqual(
    tasks.map(({ title }) => `- ${title}`),
  )
  // Two places each, four sessions at once: neither could have had all of them.
  expect(runnersSeen.size).toBe(2)
})
