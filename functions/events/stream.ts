import { EventStreamQuery } from '../../schemas/queries'
import { EventStream } from '../../schemas/responses'
import { roomsIn } from '../../schemas/room-names'
import { operation } from '../http/operation'
import { openEventStream } from '../realtime/sse'

export const streamEvents = operation({
  method: 'GET',
  path: '/api/events',
  name: 'events.stream',
  sessionAccess: 'read',
  summary: 'Stream events, from now on or from a number',
  description:
    'The envelopes of the WebSocket as server-sent events, each with its number as id. With the number of the last event received, what was missed since comes first: of an entity’s missed updates only the last, with its present state, and everything else as it was. When the number is too old or unknown, the first event is `reset`: reload everything. A comment comes every 15 seconds.',
  query: EventStreamQuery,
  repeatable: ['rooms'],
  answers: { status: 200, schema: EventStream, type: 'text/event-stream' },
  errors: ['VALIDATION_ERROR'],
  example: ({ project }) => ({ query: { since: '0', rooms: `project:${project}` } }),
  run: async (c, { query }) => {
    // A client that comes back by itself sends the header, and still has the address that it began with.
    const since = numberOf(c.req.header('Last-Event-ID') || query.since)
    const caller = c.get('caller')
    const speaker = caller.kind === 'session' ? caller : undefined
    const options = { rooms: roomsIn(query.rooms ?? ''), since, requestId: c.get('requestId'), speaker }
    // Nobody reads the stream of a HEAD, so nobody would end it.
    const body = c.req.method === 'HEAD' ? null : openEventStream(c.env, options)
    return new Response(body, {
      headers: {
        ...c.get('headers'),
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache',
        // Asks nginx to pass every event on at once.
        'X-Accel-Buffering': 'no',
      },
    })
  },
})

/** The number of an event; NaN for a text that is none, undefined for no text. */
const numberOf = (text: string | undefined): number | undefined => {
  if (!text) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}
