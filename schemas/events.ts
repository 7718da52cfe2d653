import * as z from 'zod'
import { descriptionOf, entityKinds, lifeEvents } from './entities'
import { count, timestamp } from './fields'
import { QueueItem } from './queue'
import type { mainRooms } from './room-names'
import { SpawnEvent } from './spawn'

const sessionId = z.string().meta({ description: 'The session', examples: ['sess_1738713800000_m4n5o6p7q'] })
const taskId = z.string().meta({ description: 'The task', examples: ['task_1738713700000_p9q2r5t8w'] })

const Pair = z
  .object({ taskId, sessionId })
  .meta({ title: 'Association', description: 'A task and a session that belong together, or no longer do' })
const ClaimChange = z
  .object({
    taskId,
    sessionId,
    epoch: z
      .int()
      .min(1)
      .meta({ description: 'Which claim of the task it is', examples: [1] }),
  })
  .meta({ title: 'ClaimChange', description: 'A session has claimed a task, or does not hold it any more' })
const ItemChange = z
  .object({ sessionId, item: QueueItem.meta({ description: 'The item, as it is now' }) })
  .meta({ title: 'QueueItemChange', description: 'What became of an item of a queue' })
const ItemFailure = ItemChange.extend({
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it failed; null if no reason was given', examples: ['Tests do not pass'] }),
}).meta({ title: 'QueueItemFailure', description: 'An item of a queue that failed' })

/** Those of claims, which go to a room of their own. */
const claimEvents = { 'task:claimed': ClaimChange, 'task:released': ClaimChange }
const roomOfClaims: (typeof mainRooms)[number] = 'tasks'

/** Every event, as one typed map from its name to the schema of its data. */
export const events = {
  ...lifeEvents,
  'task:session_added': Pair,
  'task:session_removed': Pair,
  'session:spawn': SpawnEvent,
  'session:task_added': Pair,
  'session:task_removed': Pair,
  'queue:item_started': ItemChange,
  'queue:item_completed': ItemChange,
  'queue:item_skipped': ItemChange,
  'queue:item_failed': ItemFailure,
  ...claimEvents,
}

export type EventName = keyof typeof events
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>

/** The data of `reset`, which only the event stream sends: the events that the client missed are not kept any more. */
export const Reset = z.object({ lastEventId: count('Number of the last event', 3310) })

export type Reset = z.infer<typeof Reset>

const roomsByEntity = new Map(
  entityKinds.map((kind) => {
    const { name, room } = descriptionOf(kind)
    return [name, room]
  }),
)

/** The room that an event goes to besides those of what it is about; those of messages go to none. */
export const mainRoomOf = (name: string): string | undefined =>
  Object.hasOwn(claimEvents, name) ? roomOfClaims : roomsByEntity.get(name.slice(0, name.indexOf(':')))

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
