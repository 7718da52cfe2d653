import { type EntityKind, entityKinds } from '../schemas/entities'
import type { EventData, EventName } from '../schemas/events'
import type { Entry } from './entry'
import { type Kind, kinds, type StateEventOf } from './kinds'

/** Events that carry the state of an entity. */
export type StateEvent = StateEventOf<Kind>
export type DataEvent = Exclude<EventName, StateEvent>

const kindsByEvent = new Map<EventName, EntityKind>(
  entityKinds.flatMap((kind) =>
    Object.values(kinds[kind].stateEvents ?? {}).map((name): [EventName, EntityKind] => [name, kind]),
  ),
)

/** The kind of the entity whose state an event carries. */
export const kindOfEvent = (name: StateEvent): EntityKind => {
  const kind = kindsByEvent.get(name)
  if (kind === undefined) throw new Error(`${name} is the event of no kind`)
  return kind
}

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
  /** When the change was made, in Unix milliseconds; absent in logs of earlier versions. */
  timestamp?: number
}

/** An event on its way to the rooms, complete. */
export interface PublishedEvent extends LoggedEvent {
  data: string
  timestamp: number
}

/** The data of a state event. */
export const stateEventData = ({ kind, id, brief }: Entry): string =>
  kinds[kind].eventData?.(id, brief) ?? brief

/** Whether a later event of the same entity makes this one superfluous. */
export const isLatestState = (name: EventName): boolean => name.endsWith(':updated')

/** An event that a rule emitted: of an entity's state, by its id, or with data. Completed when the change is. */
export type StagedEvent =
  | { name: StateEvent; id: string; rooms: readonly string[] }
  | { name: DataEvent; data: EventData<DataEvent>; rooms: readonly string[] }
