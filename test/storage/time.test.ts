// The clock is put back, and what is new sorts before what was there, or seems to have happened before it.
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import type { Session } from '../../schemas/session'
import type { Task } from '../../schemas/task'
import { memoryDriver } from '../../storage/drivers/memory'
import type { PublishedEvent } from '../../storage/event'
import { createIds } from '../../storage/ids'
import { createProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession } from '../../storage/rules/sessions'
import { createTask, updateTask } from '../../storage/rules/tasks'
import { openWorkspace } from '../../storage/workspace'
import { collectLogs } from '../drivers/open'
import { machine } from '../drivers/sample-data'

const hour = 60 * 60 * 1000

/** A clock that a test sets, and workspaces on one store, each as after a restart. */
const start = (driver = memoryDriver()) => {
  const time = { now: 1_738_713_700_000 }
  const published: PublishedEvent[] = []
  const open = async () => {
    const options = { driver, clock: () => time.now, newId: createIds(), logger: collectLogs([]) }
    const workspace = await openWorkspace(options)
    workspace.subscribe((event) => published.push(event))
    return workspace
  }
  return { time, published, open }
}

const isSorted = (times: readonly number[]) =>
  times.every((time, n) => n === 0 || time >= (times[n - 1] ?? 0))

describe('when the clock goes back', () => {
  it.each([1, 50, 2 * hour, 24 * 365 * hour])('by %i ms, what is new stays the newest', async (back) => {
    const { time, published, open } = start()
    const { change, read } = await open()
    const projectId = await change((tx) => createProject(tx, { name: 'p' }, '/').id)
    const made: string[] = []
    for (let n = 0; n < 12; n++) {
      time.now += n % 4 === 3 ? -back : 1
      made.push(await change((tx) => createTask(tx, { projectId, title: `${n}` }).id))
    }
    expect(await read((documents) => documents.list('tasks').map(({ id }) => id))).toEqual(made)
    expect(isSorted(published.map(({ timestamp }) => timestamp))).toBe(true)
  })

  it('nothing is updated, begun or told before it was made', async () => {
    const { time, open } = start()
    const { change } = await open()
    const [task, session] = await change(function* (tx) {
      const projectId = createProject(tx, { name: 'p' }, '/').id
      const task = createTask(tx, { projectId, title: 't' })
      return [task, yield* createSession(tx, { projectId, taskIds: [task.id] }, machine)] as const
    })
    time.now -= hour
    const updated = await change(function* (tx) {
      yield* updateTask(tx, task.id, { status: 'in_progress' })
      return parseTrusted<Task>(tx.entry('tasks', task.id).json)
    })
    expect(updated.updatedAt).toBeGreaterThanOrEqual(task.createdAt)
    expect(updated.startedAt).toBeGreaterThanOrEqual(task.createdAt)
    const told = await change((tx) => {
      addSessionEvent(tx, session.id, { type: 'turn' })
      return parseTrusted<Session>(tx.entry('sessions', session.id).json)
    })
    expect(told.lastActivity).toBeGreaterThanOrEqual(session.startedAt)
    expect(isSorted([session.startedAt, ...told.events.map(({ timestamp }) => timestamp)])).toBe(true)
  })

  it('while the server is down, what is new stays the newest, also within one millisecond', async () => {
    const { time, open } = start()
    const projectId = await (await open()).change((tx) => createProject(tx, { name: 'p' }, '/').id)
    const made: string[] = []
    for (const moved of [0, -hour, -1, 0, 0, hour / 2, -hour]) {
      time.now += moved
      const { change } = await open()
      for (let n = 0; n < 3; n++)
        made.push(await change((tx) => createTask(tx, { projectId, title: 't' }).id))
    }
    const { read } = await open()
    expect(await read((documents) => documents.list('tasks').map(({ id }) => id))).toEqual(made)
  })

  it('what was stored without a log of events counts too', async () => {
    const { log: _, ...withoutLog } = memoryDriver()
    const { time, open } = start(withoutLog)
    const before = await (await open()).change((tx) => createProject(tx, { name: 'old' }, '/'))
    time.now -= hour
    const after = await (await open()).change((tx) => createProject(tx, { name: 'new' }, '/'))
    expect(after.createdAt).toBeGreaterThan(before.createdAt)
  })
})

describe('when the clock goes on', () => {
  it('it is the clock that counts again', async () => {
    const { time, open } = start()
    const { change } = await open()
    await change((tx) => createProject(tx, { name: 'p' }, '/'))
    time.now -= hour
    await change((tx) => createProject(tx, { name: 'q' }, '/'))
    time.now += 2 * hour
    expect((await change((tx) => createProject(tx, { name: 'r' }, '/'))).createdAt).toBe(time.now)
  })
})
