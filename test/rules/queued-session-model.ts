// What a session with a queue is: the table of the contract, over the model of the queue itself.
import { createModel, type Operation } from './queue-model'

export type Step =
  | Exclude<Operation, { taskId: string }>
  | { name: 'push' | 'add' | 'remove' | 'delete'; taskId: string }

/** What a step that takes effect makes of its task and of the session's timeline, and what it tells. */
const after = ['queue:updated', 'task:updated', 'session:updated']
const effects = {
  start: { status: 'working', entry: { type: 'task_started' }, events: ['queue:item_started', ...after] },
  complete: {
    status: 'completed',
    entry: { type: 'task_completed' },
    events: ['queue:item_completed', ...after],
  },
  fail: { status: 'failed', entry: { type: 'task_failed' }, events: ['queue:item_failed', ...after] },
  skip: { status: 'skipped', entry: { type: 'task_skipped' }, events: ['queue:item_skipped', ...after] },
  push: { status: 'queued', entry: { type: 'progress', message: 'Task queued' }, events: after },
}
const added = ['session:task_added', 'task:session_added']
const removed = ['session:task_removed', 'task:session_removed']

export const createSessionModel = (
  tasks: readonly string[],
  inQueue: readonly string[],
  createdAt: number,
) => {
  const queue = createModel(inQueue, createdAt)
  const members = new Set(inQueue)
  /** Of each task that exists, what its session says of it. */
  const statuses = new Map(tasks.map((id) => [id, members.has(id) ? 'queued' : undefined]))
  const timeline: object[] = []

  /** A step of the queue: the refusal, or the events in order. */
  const operate = (operation: Exclude<Operation, { name: 'drop' }>, now: number): string | string[] => {
    const outcome = queue.run(operation, now)
    if (outcome === undefined) return []
    if ('refused' in outcome) return outcome.refused
    const { taskId = '', failReason } = queue.items()[outcome.position] ?? {}
    const { status, entry, events } = effects[operation.name]
    const pair = members.has(taskId) ? [] : added
    members.add(taskId)
    statuses.set(taskId, status)
    timeline.push({ ...entry, ...(failReason && { message: failReason }), taskId })
    return [...pair, ...events]
  }

  /** A task leaves: the events, and what its item, if it was open, has become. */
  const leave = (taskId: string, now: number, reason: string) => {
    if (!members.delete(taskId)) return { events: [] }
    timeline.push({ type: 'progress', message: reason, taskId })
    const outcome = queue.run({ name: 'drop', taskId, reason }, now)
    if (outcome === undefined || 'refused' in outcome) return { events: removed }
    const status = queue.items()[outcome.position]?.status
    return { events: [...removed, `queue:item_${status}`, 'queue:updated'], status }
  }

  return {
    /** What is to come of a step: the refusal's message, or the events in order; none if nothing changes. */
    run(step: Step, now: number): string | string[] {
      switch (step.name) {
        case 'push':
          if (!statuses.has(step.taskId)) return 'Task not found'
          return operate({ name: 'push', taskId: step.taskId }, now)
        case 'add':
          if (!statuses.has(step.taskId)) return 'Task not found'
          return members.has(step.taskId) ? [] : operate({ name: 'push', taskId: step.taskId }, now)
        case 'remove': {
          const { events, status } = leave(step.taskId, now, 'Task removed from session')
          if (status === undefined) return events
          statuses.set(step.taskId, status)
          return [...events, 'task:updated']
        }
        case 'delete':
          if (!statuses.delete(step.taskId)) return 'Task not found'
          return [...leave(step.taskId, now, 'Task deleted').events, 'task:deleted']
        default:
          return operate(step, now)
      }
    },
    items: queue.items,
    current: queue.current,
    taskIds: () => [...members],
    timeline: () => timeline,
    /** What each task that exists says: its sessionStatus, and whether it is in the session. */
    tasks: () =>
      [...statuses].map(([id, sessionStatus]) => ({ id, sessionStatus, isMember: members.has(id) })),
  }
}
