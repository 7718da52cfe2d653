import type { Reset } from '../../schemas/events'
import type { Documents } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import { isLatestState, type LoggedEvent, type PublishedEvent, stateEventData } from '../../storage/event'
import { othersTurn } from '../../storage/others-turn'
import type { Workspace } from '../../storage/workspace'

/** A message of the stream: an event, or that the client has to start over. */
interface Message {
  number: number
  name: string
  /** Its data as JSON. */
  data: string
  /** When the change was made, in Unix milliseconds; undefined: not known, or now. */
  timestamp?: number | undefined
}

interface ReplayRequest {
  /** The last event that the client knows of; NaN if what it sent is no number. */
  since: number
  /** The last event before the client came into its rooms: it gets live what comes after that. */
  upTo: number
  rooms: ReadonlySet<string>
  /** What was updated since: it comes live, and its state of now would come before its state of then. */
  updatedLive: UpdatedEntities
}

/** The entities that events have updated. */
export interface UpdatedEntities {
  add(event: PublishedEvent): void
  has(event: LoggedEvent): boolean
}

/** So many events are looked through, and so many entities read, before others have their turn. */
const eventsInTurn = 1000
const statesInTurn = 100

/**
 * What a client missed, as short as it can be: a snapshot of each entity that was updated, every other event as it
 * was; or `reset`, if that is not known any more, or not yet. Each is made when it is asked for: thousands of events for
 * each of a hundred clients that come back at once would else hold up everybody.
 */
export async function* replay(
  workspace: Workspace,
  { since, upTo, rooms, updatedLive }: ReplayRequest,
): AsyncGenerator<Message, void> {
  const logged = since >= 0 && since <= upTo ? await workspace.eventsSince(since) : undefined
  if (!logged) {
    const data: Reset = { lastEventId: upTo }
    yield { number: upTo, name: 'reset', data: JSON.stringify(data) }
    return
  }
  const missed = await missedOf(logged, upTo, rooms)
  for (let start = 0; start < missed.length; start += statesInTurn) {
    const page = missed.slice(start, start + statesInTurn)
    const states = await workspace.read((documents) => statesOf(page, documents))
    for (const event of page) {
      const { number, name, about, timestamp } = event
      const state = states.get(keyOf(about))
      if (event.data !== undefined) yield { number, name, data: event.data, timestamp }
      else if (state && !updatedLive.has(event))
        yield { number, name, data: stateEventData(state), timestamp }
    }
  }
}

/** The events of these rooms, in order; of the updates of an entity only the last. */
const missedOf = async (
  logged: readonly LoggedEvent[],
  upTo: number,
  rooms: ReadonlySet<string>,
): Promise<LoggedEvent[]> => {
  const updated = updatedEntities()
  const missed: LoggedEvent[] = []
  for (let end = logged.length; end > 0; end -= eventsInTurn) {
    for (const event of logged.slice(Math.max(0, end - eventsInTurn), end).reverse()) {
      if (event.number > upTo || !event.rooms.some((room) => rooms.has(room))) continue
      if (!updated.has(event)) missed.push(event)
      updated.add(event)
    }
    await othersTurn()
  }
  return missed.reverse()
}

/** The entities of which these events tell the state of now. */
const statesOf = (events: readonly LoggedEvent[], documents: Documents): Map<string, Entry | undefined> => {
  const states = new Map<string, Entry | undefined>()
  for (const { about, data } of events)
    if (about && data === undefined) states.set(keyOf(about), documents.get(about.kind, about.id))
  return states
}

const keyOf = (about: LoggedEvent['about']) => `${about?.kind}:${about?.id}`

/** No entities yet. Only updates count: what else happened to an entity is told as it was. */
export const updatedEntities = (): UpdatedEntities & { add(event: LoggedEvent): void } => {
  const keys = new Set<string>()
  return {
    add({ name, about }) {
      if (isLatestState(name)) keys.add(keyOf(about))
    },
    has: ({ name, about }) => isLatestState(name) && keys.has(keyOf(about)),
  }
}
