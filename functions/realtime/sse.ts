import type { PublishedEvent } from '../../storage/event'
import type { AppServices } from '../services/app-services'
import { createBufferedBody } from './backpressure'
import { type Replay, replay } from './replay'
import { envelopeOf, type Stream } from './rooms'

/** A comment is sent this often, in milliseconds, so that no proxy thinks that nobody is there. */
const commentIntervalMs = 15_000

interface StreamOptions {
  rooms: readonly string[]
  /** The last event that the client knows of, NaN if what it sent is no number; undefined: it begins with now. */
  since: number | undefined
  /** Names the request in the log. */
  requestId: string
}

/** Server-sent events: what the client missed, then what happens, with nothing twice and nothing left out. */
export const openEventStream = async (
  { workspace, rooms, clock, log }: AppServices,
  { rooms: roomNames, since, requestId }: StreamOptions,
): Promise<ReadableStream<Uint8Array>> => {
  /** What happens while it is found out what the client missed. */
  const liveEvents: PublishedEvent[] = []
  let live = false

  const stream: Stream = {
    rooms: new Set(),
    deliver(event, envelope) {
      if (live) responseBody.write(eventBlock(event.number, event.name, envelope))
      else liveEvents.push(event)
    },
    end: () => responseBody.end(),
  }
  const comments = setInterval(() => {
    if (live) responseBody.write(comment(workspace.lastEvent()))
  }, commentIntervalMs)
  const responseBody = createBufferedBody((reason) => {
    clearInterval(comments)
    rooms.disconnect(stream)
    if (reason === 'too slow') log.warn({ requestId }, 'Ended an event stream that is read too slowly')
  })
  const goLive = ({ messages, upTo }: Replay) => {
    responseBody.begin(blocksOf(messages, upTo, clock))
    for (const event of liveEvents)
      if (event.number > upTo)
        responseBody.write(eventBlock(event.number, event.name, envelopeOf(event, clock())))
    liveEvents.length = 0
    live = true
  }

  // First it listens, so that nothing falls between what was and what is.
  rooms.connect(stream)
  for (const name of roomNames) rooms.join(stream, name)
  try {
    goLive(
      since === undefined
        ? { messages: [], upTo: workspace.lastEvent() }
        : await replay(workspace, { since, rooms: stream.rooms, liveEvents }),
    )
  } catch (error) {
    responseBody.end()
    throw error
  }
  return responseBody.body
}

function* blocksOf(messages: Replay['messages'], upTo: number, clock: () => number) {
  for (const { number, name, data } of messages)
    yield eventBlock(number, name, envelopeOf({ name, data: data() }, clock()))
  yield comment(upTo)
}

const eventBlock = (number: number, name: string, envelope: string) =>
  `event: ${name}\nid: ${number}\ndata: ${envelope}\n\n`

/** It carries the number as well, without an event: whoever comes back knows where it was, however quiet it was. */
const comment = (number: number) => `:\nid: ${number}\n\n`
