// What a queue is, said once more and otherwise: a line of positions, the one being worked on, and what has ended.
import fc from 'fast-check'

export type Operation =
  | { name: 'start' | 'complete' | 'skip' }
  | { name: 'fail'; reason: string | undefined }
  | { name: 'push'; taskId: string }
  | { name: 'drop'; taskId: string; reason: string }

/** What came of an operation: a refusal, the position of the item that it was about, or nothing. */
export type Outcome = { refused: string } | { position: number } | undefined

interface Item {
  taskId: string
  status?: string
  addedAt: number
  startedAt?: number
  completedAt?: number
  failReason?: string
}

export const createModel = (taskIds: readonly string[], createdAt: number) => {
  const items: Item[] = taskIds.map((taskId) => ({ taskId, addedAt: createdAt }))
  const waiting = items.map((_, position) => position)
  let current: number | undefined

  const end = (position: number, fields: Partial<Item>) => {
    Object.assign(items[position] ?? {}, fields)
    if (position === current) current = undefined
    return { position }
  }
  const statusAt = (position: number) => {
    if (position === current) return 'processing'
    return waiting.includes(position) ? 'queued' : items[position]?.status
  }

  const operations = {
    start(now: number) {
      if (current !== undefined) return { refused: `Already processing task ${items[current]?.taskId}` }
      current = waiting.shift()
      if (current === undefined) return undefined
      Object.assign(items[current] ?? {}, { startedAt: now })
      return { position: current }
    },
    complete(now: number) {
      if (current === undefined) return { refused: 'No item is being processed' }
      return end(current, { status: 'completed', completedAt: now })
    },
    fail(now: number, failReason?: string) {
      if (current === undefined) return { refused: 'No item is being processed' }
      return end(current, { status: 'failed', completedAt: now, ...(failReason && { failReason }) })
    },
    skip(now: number) {
      const position = current ?? waiting.shift()
      if (position === undefined) return { refused: 'No items left to skip' }
      return end(position, { status: 'skipped', completedAt: now })
    },
    push(now: number, taskId: string) {
      const open = current === undefined ? waiting : [...waiting, current]
      if (open.some((position) => items[position]?.taskId === taskId))
        return { refused: `Task ${taskId} is already in the queue` }
      waiting.push(items.length)
      items.push({ taskId, addedAt: now })
      return { position: items.length - 1 }
    },
    drop(now: number, taskId: string, failReason: string) {
      if (current !== undefined && items[current]?.taskId === taskId)
        return end(current, { status: 'failed', completedAt: now, failReason })
      const index = waiting.findIndex((position) => items[position]?.taskId === taskId)
      const [position] = index < 0 ? [] : waiting.splice(index, 1)
      return position === undefined ? undefined : end(position, { status: 'skipped', completedAt: now })
    },
  }

  return {
    run(operation: Operation, now: number): Outcome {
      switch (operation.name) {
        case 'fail':
          return operations.fail(now, operation.reason)
        case 'push':
          return operations.push(now, operation.taskId)
        case 'drop':
          return operations.drop(now, operation.taskId, operation.reason)
        default:
          return operations[operation.name](now)
      }
    },
    items: () => items.map((item, position) => ({ ...item, status: statusAt(position) })),
    current: () => current,
    waiting: () => waiting.length,
  }
}

/** Any operation on a queue of these tasks. */
export const anyOperation = (taskIds: readonly string[]): fc.Arbitrary<Operation> => {
  const taskId = fc.constantFrom(...taskIds)
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ name: fc.constant('start' as const) }) },
    { weight: 3, arbitrary: fc.record({ name: fc.constantFrom('complete' as const, 'skip' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        name: fc.constant('fail' as const),
        reason: fc.option(fc.string(), { nil: undefined }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ name: fc.constant('push' as const), taskId }) },
    {
      weight: 1,
      arbitrary: fc.record({ name: fc.constant('drop' as const), taskId, reason: fc.constant('gone') }),
    },
  )
}
