import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ApiError } from '../../schemas/errors'
import type { EventData } from '../../schemas/events'
import { parseTrusted } from '../../schemas/json-text'
import type { Batch } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { atOnce } from '../../storage/others-turn'
import { addTask, pushTask, removeTask } from '../../storage/rules/links'
import { createProject } from '../../storage/rules/projects'
import { completeCurrent, failCurrent, skipNext, startNext } from '../../storage/rules/queues'
import { createSession } from '../../storage/rules/sessions'
import { createTask, deleteTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import { open } from '../drivers/open'
import { createSessionModel, type Step } from './queued-session-model'

/** A workspace with four tasks and a session that has the first ones of them in its queue; it keeps its batches. */
const openQueue = async (queued: number) => {
  const batches: Batch[] = []
  const driver = memoryDriver()
  const commit = async (batch: Batch) => {
    batches.push(batch)
    await driver.commit?.(batch)
  }
  const { workspace, published } = await open({ ...driver, commit })
  const created = await workspace.change((tx) => {
    const projectId = createProject(tx, { name: 'p' }, '/').id
    const tasks = ['a', 'b', 'c', 'd'].map((title) => createTask(tx, { projectId, title }).id)
    const taskIds = tasks.slice(0, queued)
    const machine = { hostname: 'here', platform: 'linux' }
    const { id } = atOnce(createSession(tx, { projectId, taskIds, strategy: 'queue' }, machine))
    return { sessionId: id, tasks, model: createSessionModel(tasks, taskIds, tx.now) }
  })
  const readState = () =>
    workspace.read((documents) => ({
      session: documents.get('sessions', created.sessionId)?.read(),
      queue: documents.get('queues', created.sessionId)?.read(),
      tasks: documents.list('tasks').map((entry) => entry.read()),
    }))
  return { workspace, published, batches, readState, ...created }
}

const perform = (tx: Transaction, sessionId: string, step: Step): unknown => {
  switch (step.name) {
    case 'start':
      return startNext(tx, sessionId)
    case 'complete':
      return completeCurrent(tx, sessionId)
    case 'skip':
      return skipNext(tx, sessionId)
    case 'fail':
      return failCurrent(tx, sessionId, step.reason)
    case 'push':
      return pushTask(tx, sessionId, step.taskId)
    case 'add':
      return addTask(tx, sessionId, step.taskId)
    case 'remove':
      return removeTask(tx, sessionId, step.taskId)
    case 'delete':
      return atOnce(deleteTask(tx, step.taskId))
  }
}

/** A step, whose task, if it has one, is given by its place among the four. */
type DrawnStep =
  | Exclude<Step, { taskId: string }>
  | { name: Extract<Step, { taskId: string }>['name']; task: number }

const anyStep: fc.Arbitrary<DrawnStep> = fc.oneof(
  fc.record({
    name: fc.constantFrom('start' as const, 'start' as const, 'complete' as const, 'skip' as const),
  }),
  fc.record({ name: fc.constant('fail' as const), reason: fc.constantFrom(undefined, 'It rained') }),
  fc.record({ name: fc.constantFrom('push' as const, 'add' as const, 'remove' as const), task: fc.nat(3) }),
  fc.record({ name: fc.constantFrom('push' as const, 'push' as const, 'delete' as const), task: fc.nat(3) }),
)
const anyRun = [fc.nat(4), fc.array(anyStep, { minLength: 1, maxLength: 30, size: 'max' })] as const

/** Runs steps on a workspace and on the model, and compares what came of each, and what stands afterwards. */
const replayOnBoth = async (
  queued: number,
  steps: readonly DrawnStep[],
  check: (
    world: Awaited<ReturnType<typeof openQueue>>,
    expectedEvents: string[],
    batches: Batch[],
  ) => unknown,
) => {
  const world = await openQueue(queued)
  for (const drawn of steps) {
    const step: Step = 'task' in drawn ? { name: drawn.name, taskId: world.tasks[drawn.task] ?? '' } : drawn
    const [batchesBefore, publishedBefore] = [world.batches.length, world.published.length]
    let now = 0
    const refusal = await world.workspace
      .change((tx) => {
        now = tx.now
        perform(tx, world.sessionId, step)
      })
      .catch((error: unknown) => error)
    const expected = world.model.run(step, now)
    if (typeof expected === 'string') {
      expect(refusal).toBeInstanceOf(ApiError)
      expect(refusal).toMatchObject({ message: expected })
    } else expect(refusal).toBeUndefined()
    const expectedEvents = typeof expected === 'string' ? [] : expected
    expect(world.published.slice(publishedBefore).map(({ name }) => name)).toEqual(expectedEvents)
    await check(world, expectedEvents, world.batches.slice(batchesBefore))
  }
}

it('every step is stored as one batch with its events, in their order', () =>
  fc.assert(
    fc.asyncProperty(...anyRun, (queued, steps) =>
      replayOnBoth(queued, steps, (_, expectedEvents, batches) => {
        expect(batches.map(({ events }) => events.map(({ name }) => name))).toEqual(
          expectedEvents.length === 0 ? [] : [expectedEvents],
        )
      }),
    ),
  ))

it('every step leaves queue, session and tasks in agreement', () =>
  fc.assert(
    fc.asyncProperty(...anyRun, (queued, steps) =>
      replayOnBoth(queued, steps, async ({ readState, model, sessionId }) => {
        const { session, queue, tasks } = await readState()
        expect(queue).toMatchObject({ items: model.items(), currentIndex: model.current() ?? -1 })
        expect(session?.taskIds).toEqual(model.taskIds())
        expect(session?.timeline).toHaveLength(model.timeline().length)
        expect(session?.timeline).toMatchObject(model.timeline())
        expect(
          tasks.map(({ id, sessionStatus, sessionIds }) => ({
            id,
            sessionStatus,
            isMember: sessionIds.includes(sessionId),
          })),
        ).toEqual(model.tasks())
        expect(tasks.every(({ status }) => status === 'todo')).toBe(true)
      }),
    ),
  ))

it('what is published is what is stored', () =>
  fc.assert(
    fc.asyncProperty(...anyRun, (queued, steps) =>
      replayOnBoth(queued, steps, async ({ published, readState, sessionId }, expectedEvents) => {
        const { session, queue, tasks } = await readState()
        for (const { name, data } of expectedEvents.length === 0
          ? []
          : published.slice(-expectedEvents.length)) {
          const content = parseTrusted<Partial<EventData<'queue:item_failed'>>>(data)
          if (name === 'session:updated') expect(content).toEqual(session)
          if (name === 'task:updated') expect(tasks).toContainEqual(content)
          if (name === 'queue:updated') expect(content).toEqual({ sessionId, queue })
          if (name.startsWith('queue:item_')) expect(queue?.items).toContainEqual(content.item)
          if (name === 'queue:item_failed') expect(content.reason).toBe(content.item?.failReason ?? null)
        }
      }),
    ),
  ))
