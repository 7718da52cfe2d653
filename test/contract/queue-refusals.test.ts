import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Problem, type Project, refusal, type Task, wrongField } from './http'
import { queueOf } from './queue'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
const socket = await connect(target.url)
afterAll(async () => {
  await socket.close()
  await target.stop()
})

let project: Project
let one: Task
let two: Task
let queue: ReturnType<typeof queueOf>
beforeEach(async () => {
  project = await api.project()
  one = await api.task(project.id, { title: 'one' })
  two = await api.task(project.id, { title: 'two' })
  queue = queueOf(api, (await api.session(project.id, [one.id, two.id], { strategy: 'queue' })).id)
})

/** Asks for something that must be refused, and sees to it that nothing changes and nobody hears of anything. */
const refused = async (operation: string, body?: object) => {
  const readAll = () =>
    Promise.all([queue.get(), api.get('/api/tasks'), api.get(`/api/sessions/${queue.sessionId}`)])
  const before = await readAll()
  let answer: { status: number; body: Problem } | undefined
  const heard = await heardDuring(socket, api, async () => {
    answer = await queue.request('POST', operation, body)
  })
  expect(heard).toEqual([])
  expect(await readAll()).toEqual(before)
  return answer
}

const requests: (readonly ['GET' | 'POST', string])[] = [
  ['GET', ''],
  ['GET', 'items'],
  ['GET', 'top'],
  ['POST', 'start'],
  ['POST', 'complete'],
  ['POST', 'fail'],
  ['POST', 'skip'],
  ['POST', 'push'],
]

describe.each(requests)('%s queue %s', (method, operation) => {
  // Of a push, the task is looked for last.
  const body = operation === 'push' ? { taskId: 'task_none' } : undefined

  it('of a session that does not exist', async () => {
    const answer = await queueOf(api, 'sess_none').request(method, operation, body)
    expect(answer).toMatchObject(refusal(404, 'NOT_FOUND', 'Session not found'))
  })

  it('of a session that was deleted', async () => {
    await api.ok('DELETE', `/api/sessions/${queue.sessionId}`)
    const answer = await queue.request(method, operation, body)
    expect(answer).toMatchObject(refusal(404, 'NOT_FOUND', 'Session not found'))
  })

  it.each(['simple', 'tree'])('of a session with another strategy: %s', async (strategy) => {
    const { id } = await api.session(project.id, [one.id], { strategy })
    const answer = await queueOf(api, id).request(method, operation, body)
    const message = 'Session does not use queue strategy'
    expect(answer).toMatchObject(refusal(400, 'VALIDATION_ERROR', message))
  })
})

it('start while an item is in processing', async () => {
  await queue.run('start')
  const message = `Already processing task ${one.id}`
  expect(await refused('start')).toMatchObject(refusal(400, 'VALIDATION_ERROR', message))
})

it.each(['complete', 'fail'])('%s with nothing in processing', async (operation) => {
  const idle = refusal(400, 'VALIDATION_ERROR', 'No item is being processed')
  expect(await refused(operation)).toMatchObject(idle)
  await queue.run('start')
  await queue.run(operation)
  expect(await refused(operation)).toMatchObject(idle)
})

it('fail with a reason that is no text', async () => {
  await queue.run('start')
  expect(await refused('fail', { reason: 5 })).toMatchObject(wrongField('reason'))
})

it('skip with nothing to skip', async () => {
  await queue.run('skip')
  await queue.run('skip')
  expect(await refused('skip')).toMatchObject(refusal(400, 'VALIDATION_ERROR', 'No items left to skip'))
})

describe('push', () => {
  it.each([undefined, {}, { taskId: null }, { taskId: '' }])('without taskId: %j', async (body) => {
    expect(await refused('push', body)).toMatchObject(wrongField('taskId', 'taskId is required'))
  })

  it('of an unknown task', async () => {
    const missing = refusal(404, 'NOT_FOUND', 'Task not found')
    expect(await refused('push', { taskId: 'task_none' })).toMatchObject(missing)
  })

  it('of a task still queued, or in processing', async () => {
    await queue.run('start')
    for (const { id } of [one, two]) {
      const known = refusal(400, 'VALIDATION_ERROR', `Task ${id} is already in the queue`)
      expect(await refused('push', { taskId: id })).toMatchObject(known)
    }
  })
})
