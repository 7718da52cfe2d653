import type { QueueItem } from '../../schemas/queue'
import { nextItem, type Step } from '../../storage/rules/queue-states'

interface NextItem {
  nextItem: QueueItem | null
  hasMore: boolean
  message: string
}

/** What every ending of an item answers besides that item. */
export const nextItemOf = (ended: 'Completed' | 'Failed' | 'Skipped', { queue, item }: Step): NextItem => {
  const next = nextItem(queue)
  const outlook = next ? `Next: ${next.taskId}` : 'Queue is empty.'
  return {
    nextItem: next ?? null,
    hasMore: next !== undefined,
    message: `${ended} ${item.taskId}. ${outlook}`,
  }
}
