// A session waits, for a place or because no runner is there, and only the runner's own output would say so.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFixture, type Fixture, waitUntil, worker } from './fixture'

let fixture: Fixture
let tasks: Awaited<ReturnType<Fixture['tasks']>>
beforeAll(async () => {
  fixture = await createFixture()
  tasks = await fixture.tasks('wait one', 'two', 'three')
})
afterAll(() => fixture.stop())

const inProject = () => ({ cwd: fixture.directory })
const spawnText = (place: number) =>
  fixture.here.text(
    ['session', 'spawn', '--task-ids', tasks[place]?.id ?? '', '--session-name', `s${place}`],
    inProject(),
  )
const noRunner = /No runner listens to this server: "maestro run" starts one/
const noPlace = /It waits for a place: all 1 of the runner on \S+ are taken \(maestro run --max\)/

it('where no runner listens, spawn, list, show, status and watch say so', async () => {
  expect(await spawnText(0)).toMatch(noRunner)
  expect(await fixture.here.text(['session', 'list'], inProject())).toMatch(noRunner)
  const [session] = await fixture.client.sessions.list()
  expect(await fixture.here.text(['session', 'show', session?.id ?? ''])).toMatch(noRunner)
  expect(await fixture.here.text(['status'])).toMatch(/runners +none listens: "maestro run" starts one/)
  const watch = fixture.here.run(['session', 'watch', session?.id ?? ''])
  await fixture.client.sessions.stop(session?.id ?? '')
  expect((await watch).stdout).toMatch(/is stopped/)
})

it('what waits for a place says so where people look, until it is started', async () => {
  const runner = await fixture.run(['--agent', worker, '--max', '1'])
  await waitUntil('the runner is known', async () => (await fixture.client.runners.list()).length === 1)
  const first = await spawnText(0)
  expect(first).not.toMatch(/waits|No runner/)
  await fixture.working(tasks[0]?.id)
  expect(await spawnText(1)).toMatch(noPlace)
  const list = await fixture.here.text(['session', 'list'], inProject())
  expect(list.match(new RegExp(noPlace, 'g'))).toHaveLength(1)
  expect(await fixture.here.text(['status'])).toMatch(/runners +\S+ \(process \d+\): 1 place, 1 waiting/)
  const waiting = (await fixture.client.sessions.list()).at(-1)?.id ?? ''
  const watch = fixture.here.run(['session', 'watch', waiting], inProject())
  await waitUntil(
    'the watch has begun',
    async () => ((await fixture.client.health({ verbose: true })).clients ?? 0) >= 2,
  )
  writeFileSync(join(fixture.directory, 'go'), '')
  await fixture.ended(waiting)
  expect((await watch).stdout).toMatch(noPlace)
  expect(await fixture.client.runners.list()).toMatchObject([{ places: 1, waiting: [] }])
  expect(await fixture.client.agents.list()).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'demo', drive: 'terminal' })]),
  )
  await runner.end('SIGTERM')
})

it('a session that waits for a person lends its place to another', async () => {
  rmSync(join(fixture.directory, 'go'))
  const [asking, other] = await fixture.tasks('wait for Ada', 'do it')
  const runner = await fixture.run(['--agent', worker, '--max', '1'])
  const id = await fixture.spawn([asking?.id ?? ''])
  await fixture.working(asking?.id)
  const next = await fixture.spawn([other?.id ?? ''])
  await waitUntil('it waits for a place', () => runner.output().includes('waits for a free slot'))
  await fixture.client.sessions.update(id, { status: 'idle' })
  expect(await fixture.ended(next)).toMatchObject({ status: 'completed' })
  expect((await fixture.client.sessions.get(id)).status).toBe('idle')
  fixture.releaseTasks()
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  await runner.end('SIGTERM')
})
