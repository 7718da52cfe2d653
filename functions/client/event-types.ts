import type { EventData, EventName } from '../../schemas/events'

/** A change; `id` is its number, which grows. */
export type MaestroEvent = {
  [N in EventName]: { id: number; type: N; event: N; data: EventData<N>; timestamp: number }
}[EventName]

export interface ListenOptions {
  /** `all` (the default), `queues`, `templates`, `inbox`, `project:{id}`, `session:{id}`, `task:{id}`. */
  rooms?: readonly string[]
  /** Number of the last event that is known; without it only what happens from now on comes. */
  since?: number | undefined
  /** Ends the subscription. */
  signal: AbortSignal
  /** Called once for every event, in order. Of missed updates of one entity only the last may come. */
  onEvent(event: MaestroEvent): void
  /** What was missed is not known any more: everything is to be loaded again. Then come the events after it. */
  onReset?(lastEventId: number): void
  /** After each connection: everything up to this number has been delivered. */
  onCaughtUp?(lastEventId: number): void
  /** The connection was lost, or could not be made; it will be tried again. */
  onDisconnect?(reason: unknown): void
}

/** Everything that was missed, for a caller that does not stay connected. */
export interface MissedEvents {
  events: MaestroEvent[]
  /** The server does not know any more what came before `events`. */
  reset: boolean
  /** The number to begin with the next time. */
  lastEventId: number
}
