import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { ended, leftOut, queueOf, started, stats, waiting } from './queue'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
let one: Task
let two: Task
beforeEach(async () => {
  project = await api.project()
  one = await api.task(project.id, { title: 'one' })
  two = await api.task(project.id, { title: 'two' })
})

const queueSession = (...tasks: { id: string }[]) =>
  api.session(
    project.id,
    tasks.map(({ id }) => id),
    { strategy: 'queue' },
  )
const makeQueue = async (...tasks: { id: string }[]) => queueOf(api, (await queueSession(...tasks)).id)

describe('the queue of a session', () => {
  it('holds its tasks in their order, each waiting', async () => {
    const session = await queueSession(one, two)
    const queue = {
      sessionId: session.id,
      strategy: 'queue',
      items: [waiting(one), waiting(two)],
      currentIndex: -1,
      createdAt: session.startedAt,
      updatedAt: session.startedAt,
    }
    expect(await queueOf(api, session.id).get()).toEqual({ queue, stats: stats({ total: 2, queued: 2 }) })
  })

  it('leaves out tasks that do not exist, and holds each once', async () => {
    const queue = await makeQueue(two, { id: 'task_none' }, one, two)
    expect((await queue.read()).items).toEqual([waiting(two), waiting(one)])
  })

  it('is made by a spawn, too', async () => {
    const body = { projectId: project.id, taskIds: [two.id, one.id], strategy: 'queue' }
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', body)
    expect((await queueOf(api, sessionId).read()).items).toEqual([waiting(two), waiting(one)])
  })

  it('lists its items with how many stand where', async () => {
    const [three, four] = [await api.task(project.id), await api.task(project.id)]
    const queue = await makeQueue(one, two, three, four)
    for (const operation of ['start', 'complete', 'start', 'fail', 'skip']) await queue.run(operation)
    await queue.run('push', { taskId: one.id })
    await queue.run('start')
    const items = [ended(one, 'completed'), ended(two, 'failed'), leftOut(three), started(four), waiting(one)]
    const counts = stats({ total: 5, queued: 1, processing: 1, completed: 1, failed: 1, skipped: 1 })
    expect(await queue.get('items')).toEqual({ items, stats: counts })
    expect(await queue.get()).toMatchObject({ queue: { items, currentIndex: 3 }, stats: counts })
  })

  it('goes with its session: another of the same id begins with a queue of its own', async () => {
    const { id } = await queueSession(one, two)
    await api.ok('DELETE', `/api/sessions/${id}`)
    await api.session(project.id, [], { id, strategy: 'queue' })
    expect(await queueOf(api, id).get('items')).toEqual({ items: [], stats: stats({}) })
  })
})

describe('top', () => {
  it('tells the first that waits, and leaves it waiting', async () => {
    const queue = await makeQueue(one, two)
    const before = await queue.read()
    expect(await queue.get('top')).toEqual({ hasMore: true, item: waiting(one) })
    expect(await queue.read()).toEqual(before)
    await queue.run('start')
    expect(await queue.get('top')).toEqual({ hasMore: true, item: waiting(two) })
  })

  it('says so when none waits', async () => {
    const queue = await makeQueue(one)
    await queue.run('start')
    const empty = { hasMore: false, item: null, message: 'Queue is empty - all tasks processed' }
    expect(await queue.get('top')).toEqual(empty)
  })
})

describe('start', () => {
  it('gives out the first that waits', async () => {
    const queue = await makeQueue(one, two)
    const before = Date.now()
    const message = `Started processing task ${one.id}`
    expect(await queue.run('start')).toEqual({ success: true, item: started(one), message })
    const { items, currentIndex, updatedAt } = await queue.read()
    expect(items).toEqual([started(one), waiting(two)])
    expect(currentIndex).toBe(0)
    expect(updatedAt).toBe(items[0]?.startedAt)
    expect(updatedAt).toBeGreaterThanOrEqual(before)
  })

  it('says so when none waits, and changes nothing', async () => {
    const queue = await makeQueue(one)
    await queue.run('skip')
    const readAll = async () => [await queue.read(), await api.get(`/api/sessions/${queue.sessionId}`)]
    const before = await readAll()
    const message = 'Queue is empty — no items to process'
    expect(await queue.run('start')).toEqual({ success: true, item: null, empty: true, message })
    expect(await readAll()).toEqual(before)
  })

  it('gives an item to one of twenty that ask at once, and the others nothing', async () => {
    const queue = await makeQueue(one, two)
    const answers = await Promise.all(Array.from({ length: 20 }, () => queue.request('POST', 'start')))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toMatchObject([{ body: { success: true, item: { taskId: one.id } } }])
    for (const answer of answers.filter(({ status }) => status !== 200))
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_ERROR', message: `Already processing task ${one.id}` },
      })
    expect((await queue.read()).items).toEqual([started(one), waiting(two)])
    expect((await api.get<Session>(`/api/sessions/${queue.sessionId}`)).timeline).toHaveLength(1)
  })
})

describe.each([
  ['complete', 'completedItem', 'completed', 'Completed'],
  ['fail', 'failedItem', 'failed', 'Failed'],
  ['skip', 'skippedItem', 'skipped', 'Skipped'],
])('%s', (operation, field, status, word) => {
  it('ends the item in processing and tells the next', async () => {
    const queue = await makeQueue(one, two)
    await queue.run('start')
    expect(await queue.run(operation)).toEqual({
      success: true,
      [field]: ended(one, status),
      nextItem: waiting(two),
      hasMore: true,
      message: `${word} ${one.id}. Next: ${two.id}`,
    })
    expect(await queue.read()).toMatchObject({ items: [ended(one, status), waiting(two)], currentIndex: -1 })
  })

  it('tells that it was the last', async () => {
    const queue = await makeQueue(one)
    await queue.run('start')
    const message = `${word} ${one.id}. Queue is empty.`
    const answer = { success: true, [field]: ended(one, status), nextItem: null, hasMore: false, message }
    expect(await queue.run(operation)).toEqual(answer)
  })

  it('asked for by twenty at once ends no item twice', async () => {
    const queue = await makeQueue(one, two)
    await queue.run('start')
    const answers = await Promise.all(Array.from({ length: 20 }, () => queue.request('POST', operation)))
    const successes = answers.filter((answer) => answer.status === 200)
    // A skip goes on with what waits; the other two need an item in processing.
    expect(successes).toHaveLength(operation === 'skip' ? 2 : 1)
    expect((await queue.read()).items.filter((item) => item.status === status)).toHaveLength(successes.length)
  })
})

describe('fail', () => {
  it('keeps the reason', async () => {
    const queue = await makeQueue(one)
    await queue.run('start')
    const failed = { ...ended(one, 'failed'), failReason: 'Tests do not pass' }
    expect(await queue.run('fail', { reason: 'Tests do not pass' })).toMatchObject({ failedItem: failed })
    expect((await queue.read()).items).toEqual([failed])
  })

  it.each([{}, { reason: null }, { reason: ' ' }])('does without a reason: %j', async (body) => {
    const queue = await makeQueue(one)
    await queue.run('start')
    await queue.run('fail', body)
    expect((await queue.read()).items).toEqual([ended(one, 'failed')])
  })
})

describe('skip', () => {
  it('leaves out the first that waits when nothing is in processing', async () => {
    const queue = await makeQueue(one, two)
    expect(await queue.run('skip')).toEqual({
      success: true,
      skippedItem: leftOut(one),
      nextItem: waiting(two),
      hasMore: true,
      message: `Skipped ${one.id}. Next: ${two.id}`,
    })
    expect(await queue.read()).toMatchObject({ items: [leftOut(one), waiting(two)], currentIndex: -1 })
  })
})
