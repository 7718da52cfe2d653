/** Live events: the three ways to get them. */
import type { ListenOptions, MissedEvents } from './event-types'
import type { Requests } from './requests'
import { subscribeBySocket } from './socket-subscription'
import { readMissed, subscribeByStream } from './stream-subscription'

export const eventsOf = (requests: Requests) => ({
  /**
   * Listens to the event stream, and reconnects with what was missed whenever the connection is lost. Resolves when
   * `signal` aborts; rejects with `MaestroError` if the server refuses (wrong room, no token), and with whatever a
   * callback throws.
   */
  follow: (options: ListenOptions): Promise<void> => subscribeByStream(requests, options),
  /** The same over a WebSocket; after a disconnect what was missed comes from the event stream. */
  connect: (options: ListenOptions): Promise<void> => subscribeBySocket(requests, options),
  /** What happened after the event with this number. */
  missed: (options: { since: number; rooms?: readonly string[] }): Promise<MissedEvents> =>
    readMissed(requests, options),
})
