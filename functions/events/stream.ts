import * as z from 'zod'
import { validationError } from '../../schemas/problems'
import { endpoint } from '../http/operation'
import { isRoomName, noSuchRooms, roomsOfQuery } from '../realtime/room-names'
import { openEventStream } from '../realtime/sse'
import type { RequestContext } from '../services/app-services'

const EventStream = z.string().meta({
  description: 'Server-sent events: the name of the event, its number, and as data the envelope',
  examples: ['event: task:deleted\nid: 3310\ndata: {"type":"task:deleted", …}\n\n'],
})

export const streamEvents = endpoint(
  {
    summary: 'Listen to events, and catch up',
    description:
      'The envelopes of the WebSocket as server-sent events, each with its number as id. With the number of the last event heard, what was missed since comes first: of an entity’s missed updates only the last, with its present state, and everything else as it was. When the number is too old or unknown, the first event is `reset`: reload everything. A comment comes every 15 seconds.',
    query: {
      since:
        'Number of the last event heard, where Last-Event-ID cannot be sent; without either: from now on',
      rooms: 'Rooms to listen to, with commas between them; without it: all',
      token: 'MAESTRO_API_TOKEN, where Authorization cannot be sent',
    },
    answers: { status: 200, schema: EventStream, type: 'text/event-stream' },
    errors: ['VALIDATION_ERROR'],
  },
  async (c) => {
    const wanted = { rooms: readRooms(c), since: readNumber(c), requestId: c.get('requestId') }
    // Nobody reads the stream of a HEAD, so nobody would end it.
    const body = c.req.method === 'HEAD' ? null : await openEventStream(c.env, wanted)
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
)

const readRooms = (c: RequestContext): string[] => {
  const names = roomsOfQuery(c.req.queries('rooms') ?? [])
  const wrong = names.filter((name) => !isRoomName(name))
  if (wrong.length > 0) throw validationError([{ path: 'rooms', message: noSuchRooms(wrong) }])
  return names
}

/** A client that comes back by itself sends the header, and still has the address that it began with. */
const readNumber = (c: RequestContext): number | undefined => {
  const text = c.req.header('Last-Event-ID') || c.req.query('since')
  if (!text) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}
