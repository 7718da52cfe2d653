import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../schemas/errors'
import { QueueState } from '../../schemas/queue'
import {
  activeTasks,
  complete,
  dropAll,
  fail,
  newQueue,
  nextItem,
  push,
  skip,
  start,
  statsOf,
} from '../../storage/rules/queue-states'
import { anyOperation, createModel, type Operation } from './queue-model'

const taskIds = ['task_a', 'task_b', 'task_c', 'task_d']

const run = (queue: QueueState, operation: Operation, now: number) => {
  switch (operation.name) {
    case 'start':
      return start(queue, now)
    case 'complete':
      return complete(queue, now)
    case 'skip':
      return skip(queue, now)
    case 'fail':
      return fail(queue, now, operation.reason)
    case 'push':
      return push(queue, operation.taskId, now)
    case 'drop':
      return drop(queue, operation.taskId, now, operation.reason)
  }
}

/** The step by which one task leaves; undefined if it has no open item. */
const drop = (before: QueueState, taskId: string, now: number, reason: string) => {
  const {
    queue,
    items: [item],
  } = dropAll(before, new Set([taskId]), now, reason)
  return item && { queue, item }
}

/** The step, or the refusal's message. */
const attempt = (queue: QueueState, operation: Operation, now: number) => {
  try {
    return run(queue, operation, now)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'VALIDATION_ERROR') return error.message
    throw error
  }
}

/** A queue that nobody can change in place. */
const frozen = (queue: QueueState) => {
  for (const item of queue.items) Object.freeze(item)
  Object.freeze(queue.items)
  return Object.freeze(queue)
}

const createdAt = 1000
const anyRun = fc.tuple(
  fc.subarray(taskIds),
  fc.array(anyOperation(taskIds), { minLength: 1, maxLength: 40, size: 'max' }),
)

/** Runs operations on a queue and on the model, and shows the queue before and after each. */
const replayOnBoth = (
  [initial, operations]: [string[], Operation[]],
  check: (after: QueueState, before: QueueState, model: ReturnType<typeof createModel>) => void,
) => {
  const model = createModel(initial, createdAt)
  let queue = frozen(newQueue('sess_1', initial, createdAt))
  for (const [index, operation] of operations.entries()) {
    const now = createdAt + 1 + index
    const step = attempt(queue, operation, now)
    const outcome = model.run(operation, now)
    if (outcome === undefined) expect(step).toBeUndefined()
    else if ('refused' in outcome) expect(step).toBe(outcome.refused)
    else expect(step).toMatchObject({ item: model.items()[outcome.position] })
    const before = queue
    if (step && typeof step !== 'string') queue = frozen(step.queue)
    expect(queue.updatedAt).toBe(queue === before ? before.updatedAt : now)
    check(queue, before, model)
  }
}

describe('whatever is done to a queue', () => {
  it('hands out every task in its order, and each ends as it was reported', () => {
    fc.assert(
      fc.property(anyRun, (sequence) =>
        replayOnBoth(sequence, (queue, _, model) => expect(queue.items).toEqual(model.items())),
      ),
    )
  })

  it('has at most one item in processing, and says which', () => {
    fc.assert(
      fc.property(anyRun, (sequence) =>
        replayOnBoth(sequence, ({ items, currentIndex }, _, model) => {
          expect(items.filter(({ status }) => status === 'processing').length).toBeLessThanOrEqual(1)
          expect(currentIndex).toBe(model.current() ?? -1)
          expect(items[currentIndex]?.status).toBe(currentIndex < 0 ? undefined : 'processing')
        }),
      ),
    )
  })

  it('never changes what has ended, and forgets no item', () => {
    fc.assert(
      fc.property(anyRun, (sequence) =>
        replayOnBoth(sequence, (after, before) => {
          expect(after.items.slice(0, before.items.length).map(({ taskId }) => taskId)).toEqual(
            before.items.map(({ taskId }) => taskId),
          )
          for (const [index, item] of before.items.entries())
            if (item.completedAt !== undefined) expect(after.items[index]).toEqual(item)
        }),
      ),
    )
  })

  it('counts every item once, and knows what is next and what is open', () => {
    fc.assert(
      fc.property(anyRun, (sequence) =>
        replayOnBoth(sequence, (queue, _, model) => {
          const { total, ...counts } = statsOf(queue)
          expect(total).toBe(model.items().length)
          expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(total)
          expect(counts).toMatchObject({
            queued: model.waiting(),
            processing: model.current() === undefined ? 0 : 1,
          })
          expect(nextItem(queue)).toEqual(model.items().find(({ status }) => status === 'queued'))
          for (const taskId of taskIds) {
            const open = model
              .items()
              .filter((item) => item.taskId === taskId && item.completedAt === undefined)
            expect(open.length).toBe(activeTasks(queue).has(taskId) ? 1 : 0)
          }
        }),
      ),
    )
  })

  it('stays what its schema says', () => {
    fc.assert(
      fc.property(anyRun, (sequence) =>
        replayOnBoth(sequence, (queue) => expect(QueueState.parse(queue)).toEqual(queue)),
      ),
    )
  })
})
