// Made from the list of operations by `npm run generate`: not to be edited.
import type { QueryText, Requests } from './requests'

export const eventsOf = (requests: Requests) => ({
  /** Stream events, from now on or from a number. The envelopes of the WebSocket as server-sent events, each with its number as id. With the number of the last event received, what was missed since comes first: of an entity’s missed updates only the last, with its present state, and everything else as it was. When the number is too old or unknown, the first event is `reset`: reload everything. A comment comes every 15 seconds. */
  stream: (
    query: {
      /** Number of the last event received, where Last-Event-ID cannot be sent; without either: from now on */
      since?: QueryText | undefined
      /** Rooms to subscribe to, with commas between them; without it: all */
      rooms?: QueryText | undefined
    } = {},
    signal?: AbortSignal,
  ) => requests.send('GET', '/api/events', { query: { ...query }, ...(signal && { signal }) }),
})
