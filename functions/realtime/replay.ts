import type { Reset } from '../../schemas/events'
import type { Documents } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import { isLatestState, type LoggedEvent, type PublishedEvent, stateEventData } from '../../storage/event'
import type { Workspace } from '../../storage/workspace'

/** What a client gets first. */
export interface Replay {
  messages: Message[]
  /** With these messages the client knows everything up to the event of this number. */
  upTo: number
}

/** A message of the stream: an event, or that the client has to start over. */
interface Message {
  number: number
  name: string
  /** Its data as JSON; made when it is sent, for there may be thousands. */
  data(): string
}

interface ReplayRequest {
  /** The last event that the client knows of; NaN if what it sent is no number. */
  since: number
  rooms: ReadonlySet<string>
  /** The events that the client will get live: it has to be in its rooms already. More come in meanwhile. */
  liveEvents: readonly PublishedEvent[]
}

/**
 * What a client missed, as short as it can be: a snapshot of each entity that was updated, every other event as it
 * was; or `reset`, if that is not known any more, or not yet.
 */
export const replay = async (
  workspace: Workspace,
  { since, rooms, liveEvents }: ReplayRequest,
): Promise<Replay> => {
  const logged = since >= 0 ? await workspace.eventsSince(since) : undefined
  if (!logged) return resetReplay(workspace.lastEvent())
  const missedEvents = logged.filter((event) => event.rooms.some((room) => rooms.has(room)))
  const states = await workspace.read((documents) => statesOf(missedEvents, documents))
  const upTo = logged.at(-1)?.number ?? since
  // One that is updated again live comes then: its state of now would come before its state of then.
  const liveUpdates = liveEvents.filter(({ number, name }) => number > upTo && isLatestState(name))
  const sent = new Set(liveUpdates.map(({ about }) => keyOf(about)))
  const messages: Message[] = []
  for (const event of missedEvents.reverse()) {
    const { number, name, about, data } = event
    const key = keyOf(about)
    const state = states.get(key)
    if (data !== undefined) messages.push({ number, name, data: () => data })
    else if (state && !sent.has(key)) messages.push({ number, name, data: () => stateEventData(state) })
    if (isLatestState(name)) sent.add(key)
  }
  return { messages: messages.reverse(), upTo }
}

/** The entities of events which the log keeps without data. */
const statesOf = (events: readonly LoggedEvent[], documents: Documents): Map<string, Entry | undefined> => {
  const states = new Map<string, Entry | undefined>()
  for (const { about, data } of events)
    if (about && data === undefined && !states.has(keyOf(about)))
      states.set(keyOf(about), documents.get(about.kind, about.id))
  return states
}

const keyOf = (about: LoggedEvent['about']) => `${about?.kind}:${about?.id}`

const resetReplay = (lastEventId: number): Replay => {
  const data: Reset = { lastEventId }
  const message = { number: lastEventId, name: 'reset', data: () => JSON.stringify(data) }
  return { messages: [message], upTo: lastEventId }
}
