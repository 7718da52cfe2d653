import * as z from 'zod'
import { count, timestamp } from './fields'
import { Message } from './message'
import { Project } from './project'
import { QueueItem, QueueState } from './queue'
import { InboxRequest } from './request'
import { Session } from './session'
import { SpawnEvent } from './spawn'
import { Task } from './task'
import { Template } from './template'

const sessionId = z.string().meta({ description: 'The session', examples: ['sess_1738713800000_m4n5o6p7q'] })
const taskId = z.string().meta({ description: 'The task', examples: ['task_1738713700000_p9q2r5t8w'] })

const Deleted = z
  .object({
    id: z
      .string()
      .meta({ description: 'Id of what was deleted', examples: ['task_1738713700000_p9q2r5t8w'] }),
  })
  .meta({ title: 'Deletion', description: 'What was deleted' })
const Pair = z
  .object({ taskId, sessionId })
  .meta({ title: 'Association', description: 'A task and a session that belong together, or no longer do' })
const QueueChange = z
  .object({ sessionId, queue: QueueState.meta({ description: 'Its queue, as it is now' }) })
  .meta({ title: 'QueueChange', description: 'The queue of a session' })
const ItemChange = z
  .object({ sessionId, item: QueueItem.meta({ description: 'The item, as it is now' }) })
  .meta({ title: 'QueueItemChange', description: 'What became of an item of a queue' })
const ItemFailure = ItemChange.extend({
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it failed; null if no reason was given', examples: ['Tests do not pass'] }),
}).meta({ title: 'QueueItemFailure', description: 'An item of a queue that failed' })

/** The events that every connection gets without subscribing to a room, with the schema of their data. */
const coreEvents = {
  'project:created': Project,
  'project:updated': Project,
  'project:deleted': Deleted,
  'task:created': Task,
  'task:updated': Task,
  'task:deleted': Deleted,
  'task:session_added': Pair,
  'task:session_removed': Pair,
  'session:created': Session,
  'session:updated': Session,
  'session:spawn': SpawnEvent,
  'session:deleted': Deleted,
  'session:task_added': Pair,
  'session:task_removed': Pair,
}

/** The events that only subscribers of a room get. */
const roomEvents = {
  'queue:created': QueueChange,
  'queue:updated': QueueChange,
  'queue:item_started': ItemChange,
  'queue:item_completed': ItemChange,
  'queue:item_skipped': ItemChange,
  'queue:item_failed': ItemFailure,
  'template:created': Template,
  'template:updated': Template,
  'template:deleted': Deleted,
  'request:created': InboxRequest,
  'request:updated': InboxRequest,
  'message:created': Message,
  'message:updated': Message,
}

/** Every event, as one typed map from its name to the schema of its data. */
export const events = { ...coreEvents, ...roomEvents }

export type EventName = keyof typeof events
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>

/** The data of `reset`, which only the event stream sends: the events that the client missed are not kept any more. */
export const Reset = z.object({ lastEventId: count('Number of the last event', 3310) })

export type Reset = z.infer<typeof Reset>

const isCoreEvent = (name: string): boolean => name in coreEvents

/**
 * The room that an event goes to besides those of what it is about: core events go to `all`, others to their own, and
 * those of messages to none.
 */
export const mainRoomOf = (name: string): string | undefined => {
  if (isCoreEvent(name)) return 'all'
  if (name.startsWith('message:')) return undefined
  if (name.startsWith('request:')) return 'inbox'
  return name.startsWith('queue:') ? 'queues' : 'templates'
}

/** The message that carries an event. */
export const messageOf = (name: string, data: z.ZodType) =>
  z.object({
    type: z.literal(name).meta({ description: 'Name of the event', examples: [name] }),
    event: z.literal(name).meta({ description: 'The same name again', examples: [name] }),
    data: data.meta({ description: 'What the event is about' }),
    timestamp: timestamp('When it was sent'),
  })

/** Every message that carries an event. Lazy: only the API reference needs it. */
export const webSocketMessage = () =>
  z
    .union(Object.entries(events).map(([name, data]) => messageOf(name, data)))
    .meta({ title: 'WebSocketMessage', description: 'Every message that carries an event' })
