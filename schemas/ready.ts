import * as z from 'zod'
import { WaitingTask, waitReasons } from './claim'
import { Task } from './task'

export const BlockedTask = z
  .object({ task: Task.meta({ description: 'The task' }), reasons: waitReasons })
  .meta({ title: 'BlockedTask', description: 'A task that cannot be started now, and why' })

export const ClaimNextResponse = z
  .object({
    task: Task.nullable().meta({ description: 'The task that was claimed, or null', examples: [null] }),
    waiting: z
      .array(WaitingTask)
      .optional()
      .meta({
        description: 'Only where none was ready: what waits, the oldest first, at most 20',
        examples: [[]],
      }),
  })
  .meta({
    title: 'ClaimNextResponse',
    description: 'The task that the session works on now, or why there is none',
  })

export type BlockedTask = z.infer<typeof BlockedTask>
export type ClaimNextResponse = z.infer<typeof ClaimNextResponse>
