import type { QueueItem } from '../../../functions/client/client'
import { sentence, table, time } from '../format'

export const itemTable = (items: readonly QueueItem[]): string =>
  table(
    ['TASK', 'STATUS', 'ADDED', 'STARTED', 'ENDED', 'WHY IT FAILED'],
    items.map(({ taskId, status, addedAt, startedAt, completedAt, failReason }) => [
      taskId,
      status,
      time(addedAt),
      time(startedAt),
      time(completedAt),
      failReason,
    ]),
    'The queue is empty',
  )

export const itemLine = ({ taskId, status }: QueueItem): string => sentence(`${taskId} (${status})`)
