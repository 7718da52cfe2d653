import type { EventData, EventName } from '../schemas/events'
import type { Entry } from './entry'
import type { Kind } from './kinds'

/** Events whose data is an entity, or wraps one: the kind of that entity. */
const stateEvents = {
  'project:created': 'projects',
  'project:updated': 'projects',
  'task:created': 'tasks',
  'task:updated': 'tasks',
  'session:created': 'sessions',
  'session:updated': 'sessions',
  'queue:created': 'queues',
  'queue:updated': 'queues',
  'template:created': 'templates',
  'template:updated': 'templates',
} as const satisfies Partial<Record<EventName, Kind>>

export type StateEvent = keyof typeof stateEvents
export type DataEvent = Exclude<EventName, StateEvent>

/** The kind of the entity that an event tells of. */
export const kindOfEvent = (name: StateEvent): Kind => stateEvents[name]

/**
 * An event as the log keeps it. One that tells of an entity's new state comes without `data`: replayed, it tells
 * of the state at that time.
 */
export interface LoggedEvent {
  /** Its place in the log: 1, 2, 3, … */
  number: number
  name: EventName
  rooms: readonly string[]
  /** The entity whose state it tells, if it tells of one. */
  about?: { kind: Kind; id: string }
  /** Its data as JSON. */
  data?: string
}

/** An event on its way to the rooms, complete. */
export interface PublishedEvent extends LoggedEvent {
  data: string
}

/** The data of an event that tells of an entity. */
export const stateEventData = (entry: Entry): string =>
  entry.kind === 'queues' ? `{"sessionId":${JSON.stringify(entry.id)},"queue":${entry.json}}` : entry.json

/** Whether a later event of the same entity makes this one superfluous. */
export const isLatestState = (name: EventName): boolean => name.endsWith(':updated')

/** What a rule announces: an entity by its id, or data. It is completed when the change is. */
export type Announcement =
  | { name: StateEvent; id: string; rooms: readonly string[] }
  | { name: DataEvent; data: EventData<DataEvent>; rooms: readonly string[] }
