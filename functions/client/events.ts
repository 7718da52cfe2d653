/** Hearing of changes: what the three ways to listen have in common. */
import type { EventData, EventName } from '../../schemas/events'
import { connect } from './connect'
import { follow, missed } from './follow'
import type { Requests } from './requests'

/** What tells of a change; `id` is its number, which grows. */
export type MaestroEvent = {
  [N in EventName]: { id: number; type: N; event: N; data: EventData<N>; timestamp: number }
}[EventName]

export interface ListenOptions {
  /** `all` (the default), `queues`, `templates`, `project:{id}`, `session:{id}`, `task:{id}`. */
  rooms?: readonly string[]
  /** Number of the last event that is known; without it only what happens from now on is heard. */
  since?: number | undefined
  /** Ends the listening. */
  signal: AbortSignal
  /** Called once for every event, in order. Of missed updates of one entity only the last may come. */
  onEvent(event: MaestroEvent): void
  /** What was missed is not known any more: everything is to be loaded again. Then come the events after it. */
  onReset?(lastEventId: number): void
  /** After each connection: all that happened up to this number has been told. */
  onCaughtUp?(lastEventId: number): void
  /** The connection was lost, or could not be made; it will be tried again. */
  onCut?(reason: unknown): void
}

/** Everything that was missed, for who does not stay. */
export interface Missed {
  events: MaestroEvent[]
  /** The server does not know any more what came before `events`. */
  reset: boolean
  /** The number to begin with the next time. */
  lastEventId: number
}

export const eventsOf = (requests: Requests) => ({
  /**
   * Listens to the event stream, and comes back with what was missed whenever it is cut off. Resolves when
   * `signal` aborts; rejects with `MaestroError` if the server refuses (wrong room, no token), and with whatever a
   * callback throws.
   */
  follow: (options: ListenOptions): Promise<void> => follow(requests, options),
  /** The same over a WebSocket; after a cut what was missed comes from the event stream. */
  connect: (options: ListenOptions): Promise<void> => connect(requests, options),
  /** What happened after the event with this number. */
  missed: (options: { since: number; rooms?: readonly string[] }): Promise<Missed> =>
    missed(requests, options),
})
