// An agent in a tree gets no task though one is ready, gets one that is not its, or waits for ever for nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient, type Project, type Task } from '../../functions/client/client'
import type { WaitingTask } from '../../schemas/claim'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

let server: Awaited<ReturnType<typeof startInProcess>>
let client: ReturnType<typeof createClient>
let project: Project
beforeAll(async () => {
  server = await startInProcess({})
  client = createClient({ url: server.url })
})
afterAll(() => server.stop())
beforeEach(async () => {
  project = await client.projects.create({ name: 'app' })
})

const task = (title: string, fields: object = {}) =>
  client.tasks.create({ projectId: project.id, title, ...fields })
/** The commands of a session of strategy `tree` that works on these tasks. */
const agent = async (...taskIds: string[]) => {
  const { id } = await client.sessions.create({ projectId: project.id, taskIds, strategy: 'tree' })
  return { id, ...maestroInProcess({ MAESTRO_SERVER_URL: server.url, MAESTRO_SESSION_ID: id }) }
}
interface Claimed {
  task: Task | null
  waiting: WaitingTask[]
}

describe('maestro claim', () => {
  it('hands out a tree in the order of its dependencies, parents last, until nothing is left', async () => {
    const top = await task('top')
    const first = await task('first', { parentId: top.id })
    const second = await task('second', { parentId: top.id, dependencies: [first.id], priority: 'high' })
    await task('elsewhere', { priority: 'high' })
    const { json, text } = await agent(top.id)
    const done: string[] = []
    for (;;) {
      const { task: claimed, waiting } = await json<Claimed>(['claim', '--next'])
      if (!claimed) {
        expect(waiting).toEqual([])
        break
      }
      done.push(claimed.id)
      expect(await text(['release', claimed.id, '--completed', '--message', 'all green'])).toContain(
        `Released ${claimed.id} (completed, completed)`,
      )
    }
    expect(done).toEqual([first.id, second.id, top.id])
    expect(await text(['claim', '--next', '--wait'])).toBe('Nothing is left to be claimed\n')
  })

  it('waits for what becomes ready, and no longer than it is told', async () => {
    const top = await task('top')
    const first = await task('first', { parentId: top.id })
    const [one, other] = [await agent(top.id), await agent(top.id)]
    expect(await one.text(['claim', first.id])).toContain(`Claimed ${first.id}`)
    expect(await other.run(['claim', '--next', '--wait', '--timeout', '1'])).toMatchObject({
      code: 5,
      stdout: expect.stringContaining(`${top.id} "top": It waits for "first" below it`),
    })
    const waiting = other.json<Claimed>(['claim', '--next', '--wait', '--timeout', '60'])
    await one.text(['release', first.id, '--completed'])
    expect((await waiting).task).toMatchObject({ id: top.id, claim: { sessionId: other.id } })
  })

  it('of a task that another has says who; of one that is done, that nothing is left', async () => {
    const { id } = await task('only')
    const [one, other] = [await agent(), await agent()]
    await one.text(['claim', id])
    expect(await other.run(['claim', id])).toMatchObject({ code: 0, stdout: expect.stringContaining(one.id) })
    await one.text(['release', id, '--completed'])
    expect(await other.text(['claim', id])).toBe('Nothing is left to be claimed\n')
  })

  it.each([
    [['claim', 'task_none', '--next'], 'not both'],
    [['claim', '--timeout', '5'], '--wait'],
    [['release', 'task_none', '--completed', '--failed'], 'not both'],
    [['ready', '--wait', '51'], '--wait'],
  ])('%o is refused', async (args, words) => {
    const { run } = await agent()
    expect(await run(args)).toMatchObject({ code: 64, stderr: expect.stringContaining(words) })
  })
})

describe('maestro release', () => {
  it('gives back, says what became of it, or takes it away', async () => {
    const { id } = await task('only')
    const { text, run, id: sessionId } = await agent()
    await text(['claim', id])
    expect(await text(['release', id])).toContain(`Gave back ${id} (todo)`)
    expect(await run(['release', id, '--blocked'])).toMatchObject({ code: 1 })
    await text(['claim', id])
    expect(await run(['release', id, '--epoch', '1'])).toMatchObject({ code: 1 })
    expect(await text(['release', id, '--blocked', '--message', 'no key'])).toContain('(blocked, blocked)')
    const { timeline } = await client.sessions.get(sessionId)
    expect(timeline).toContainEqual(expect.objectContaining({ type: 'task_blocked', message: 'no key' }))
    await client.tasks.update(id, { status: 'todo' })
    await text(['claim', id])
    const person = maestroInProcess({ MAESTRO_SERVER_URL: server.url })
    expect(await person.text(['release', id, '--force'])).toContain('(todo)')
  })
})

describe('maestro ready and task why', () => {
  it('say what can be begun, and why the rest cannot', async () => {
    const first = await task('first')
    const second = await task('second', { dependencies: [first.id] })
    const { text, json, id } = await agent()
    expect((await json<Task[]>(['ready'])).map((one) => one.id)).toEqual([first.id])
    expect(await text(['task', 'why', first.id])).toBe(`${first.id}: It is ready: nobody works on it\n`)
    expect(await text(['task', 'why', second.id])).toBe(`${second.id}: It waits for "first", which is todo\n`)
    await text(['claim', '--next'])
    expect(await text(['task', 'why', first.id])).toContain(`Session ${id} has claimed it since`)
    expect(await text(['task', 'show', first.id])).toContain('(epoch 1)')
    expect(await text(['ready'])).toBe('No tasks\n')
    await text(['release', first.id, '--completed'])
    expect(await text(['task', 'why', first.id])).toContain('It is completed')
  })

  it('lists no more than it is asked for, and says how many there are', async () => {
    for (const title of ['a', 'b', 'c']) await task(title)
    const { text } = await agent()
    expect(await text(['ready', '--limit', '1'])).toMatch(/\n2 more\n$/)
  })
})

it('a report of a tree says nothing of what the session has not claimed', async () => {
  const [top, mine] = [await task('top'), await task('mine')]
  const { text } = await agent(top.id)
  await text(['claim', mine.id])
  await text(['report', 'complete', 'all that I had'])
  expect(await client.tasks.get(mine.id)).toMatchObject({ status: 'completed' })
  expect((await client.tasks.get(top.id)).sessionStatus).toBeUndefined()
})
