import type { AppServices } from '../services/app-services'
import { createBufferedBody } from './backpressure'
import { replay, type UpdatedEntities, updatedEntities } from './replay'
import { envelopeOf, type Speaker, type Stream } from './rooms'

/** A comment is sent this often, in milliseconds, so that no proxy thinks that nobody is there. */
const commentIntervalMs = 15_000

interface StreamOptions {
  rooms: readonly string[]
  /** The last event that the client knows of, NaN if what it sent is no number; undefined: it begins with now. */
  since: number | undefined
  /** Names the request in the log. */
  requestId: string
  /** The agent that listens; undefined: a person does. */
  speaker: Speaker | undefined
}

/** Server-sent events: what the client missed, then what happens, with nothing twice and nothing left out. */
export const openEventStream = (
  services: AppServices,
  { rooms: roomNames, since, requestId, speaker }: StreamOptions,
): ReadableStream<Uint8Array> => {
  const { workspace, rooms, log } = services
  const upTo = workspace.lastEvent()
  /** Until it has caught up. */
  let updatedLive: UpdatedEntities | undefined = updatedEntities()

  async function* beginning(updated: UpdatedEntities) {
    if (since !== undefined)
      yield* missedBlocks(services, { since, upTo, rooms: stream.rooms, updatedLive: updated })
    updatedLive = undefined
    yield comment(upTo)
  }

  const stream: Stream = {
    rooms: new Set(),
    speaker,
    deliver(event, envelope) {
      updatedLive?.add(event)
      responseBody.write(eventBlock(event.number, event.name, envelope))
    },
    cut: () => responseBody.end(),
    end: () => responseBody.end(),
  }
  const comments = setInterval(() => {
    if (!updatedLive) responseBody.write(comment(workspace.lastEvent()))
  }, commentIntervalMs)
  const responseBody = createBufferedBody(beginning(updatedLive), (reason) => {
    clearInterval(comments)
    rooms.disconnect(stream)
    if (reason === 'too slow') log.warn({ requestId }, 'Ended an event stream that is read too slowly')
    if (typeof reason === 'object')
      log.error({ requestId, err: reason.failure }, 'Ended an event stream: what was missed cannot be read')
  })

  rooms.connect(stream)
  for (const name of roomNames) rooms.join(stream, name)
  return responseBody.body
}

/** What was missed; before that a comment, which says at once that somebody is there. */
async function* missedBlocks(
  { workspace, clock }: AppServices,
  request: Parameters<typeof replay>[1],
): AsyncGenerator<string, void> {
  yield ':\n\n'
  for await (const message of replay(workspace, request))
    yield eventBlock(message.number, message.name, envelopeOf(message, message.timestamp ?? clock()))
}

const eventBlock = (number: number, name: string, envelope: string) =>
  `event: ${name}\nid: ${number}\ndata: ${envelope}\n\n`

/** It carries the number as well, without an event: whoever comes back knows where it was, however quiet it was. */
const comment = (number: number) => `:\nid: ${number}\n\n`
