import * as z from 'zod'
import { FailQueueItemRequest } from '../../../schemas/queue'
import { limit, optionalId } from '../arguments'
import { brief } from '../brief'
import { ToolError } from '../call'
import { ownSession, tool } from '../tool'

/** What can be done with a queue, and the operation that does it. */
const operationOf = {
  list: 'queue.items',
  top: 'queue.top',
  start: 'queue.start',
  complete: 'queue.complete',
  fail: 'queue.fail',
  skip: 'queue.skip',
  push: 'queue.push',
} as const

const action = z.enum(['list', 'top', 'start', 'complete', 'fail', 'skip', 'push'])

const { epoch, reason } = FailQueueItemRequest.shape

export const queue = tool({
  name: 'queue',
  description:
    'The queue of a session of strategy queue: start the next item, work, then complete, fail or skip it, until none is left.',
  operations: Object.values(operationOf),
  input: z.object({
    action,
    taskId: optionalId('To push'),
    reason: reason.meta({ description: 'Why it fails' }),
    epoch: epoch.meta({ description: '' }),
    limit,
  }),
  async run(context, { action, taskId, reason, epoch, limit }) {
    if (action === 'push' && taskId === undefined)
      throw new ToolError('VALIDATION_ERROR', 'taskId is required with action push')
    const bodies = { complete: { epoch }, skip: { epoch }, fail: { reason, epoch }, push: { taskId } }
    const body = action in bodies ? Object.entries(bodies).find(([name]) => name === action)?.[1] : undefined
    const params = { id: ownSession(context) }
    const { body: answer } = await context.call(operationOf[action], { params, ...(body && { body }) })
    return firstItems(brief(answer), limit)
  },
})

/** A long queue is cut, where it stands in the answer. */
const firstItems = (answer: Record<string, unknown>, limit: number): object => {
  const { items } = answer
  if (!Array.isArray(items) || items.length <= limit) return answer
  const leftOut = `${items.length - limit} of ${items.length} are not shown: call again with a higher limit`
  return { ...answer, items: items.slice(0, limit), leftOut }
}
