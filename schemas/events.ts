import * as z from 'zod'
import { Project } from './project'
import { QueueItem, QueueState } from './queue'
import { Session } from './session'
import { SpawnEvent } from './spawn'
import { Task } from './task'
import { Template } from './template'

const Deleted = z.object({ id: z.string() })
const Pair = z.object({ taskId: z.string(), sessionId: z.string() })
const QueueChange = z.object({ sessionId: z.string(), queue: QueueState })
const ItemChange = z.object({ sessionId: z.string(), item: QueueItem })

/** The events that a connection hears which asks for nothing, with the shape of their data. */
export const coreEvents = {
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

/** The events for those who ask. */
const roomEvents = {
  'queue:created': QueueChange,
  'queue:updated': QueueChange,
  'queue:item_started': ItemChange,
  'queue:item_completed': ItemChange,
  'queue:item_skipped': ItemChange,
  'queue:item_failed': z.object({ sessionId: z.string(), item: QueueItem, reason: z.string().nullable() }),
  'template:created': Template,
  'template:updated': Template,
  'template:deleted': Deleted,
}

/** Every event, as one typed map from its name to the schema of its data. */
export const events = { ...coreEvents, ...roomEvents }

export type EventName = keyof typeof events
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>

export const isCoreEvent = (name: EventName): boolean => name in coreEvents

export const WebSocketMessage = z
  .object({
    type: z.string().meta({ description: 'Name of the event', examples: ['task:updated'] }),
    event: z.string().meta({ description: 'The same name again', examples: ['task:updated'] }),
    data: z.unknown().meta({ description: 'What the event is about', examples: [{}] }),
    timestamp: z
      .int()
      .meta({ description: 'When it was sent, Unix milliseconds', examples: [1738713700050] }),
  })
  .meta({ title: 'WebSocketMessage', description: 'Every message that tells of a change' })
