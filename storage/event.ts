import type { EventData, EventName } from '../schemas/events'
import type { Entry } from './entry'
import type { EntityKind, Kind } from './kinds'

/** State events: their data is an entity, or wraps one. Here the kind of that entity. */
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
} as const satisfies Partial<Record<EventName, EntityKind>>

export type StateEvent = keyof typeof stateEvents
export type DataEvent = Exclude<EventName, StateEvent>

/** The kind of the entity whose state an event carries. */
export const kindOfEvent = (name: StateEvent): EntityKind => stateEvents[name]

/**
 * An event as the log keeps it. One that carries an entity's new state is logged without `data`: a replay sends
 * the state at the time of the replay.
 */
export interface LoggedEvent {
  /** Its number in the log: 1, 2, 3, … */
  number: number
  name: EventName
  rooms: readonly string[]
  /** The entity whose state it carries, of a state event. */
  about?: { kind: Kind; id: string }
  /** Its data as JSON. */
  data?: string
}

/** An event on its way to the rooms, complete. */
export interface PublishedEvent extends LoggedEvent {
  data: string
}

/** The data of a state event. */
export const stateEventData = (entry: Entry): string =>
  entry.kind === 'queues' ? `{"sessionId":${JSON.stringify(entry.id)},"queue":${entry.json}}` : entry.json

/** Whether a later event of the same entity makes this one superfluous. */
export const isLatestState = (name: EventName): boolean => name.endsWith(':updated')

/** An event that a rule emitted: of an entity's state, by its id, or with data. Completed when the change is. */
export type StagedEvent =
  | { name: StateEvent; id: string; rooms: readonly string[] }
  | { name: DataEvent; data: EventData<DataEvent>; rooms: readonly string[] }
