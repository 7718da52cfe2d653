import type { Documents } from './documents'
import { type Batch, putOf } from './driver'
import type { Entry } from './entry'
import { isLatestState, kindOfEvent, type LoggedEvent, type PublishedEvent, stateEventData } from './event'
import type { Staged } from './transaction'

/** So many events are made ready in a step. */
const eventsInStep = 1000

/** The batch that the driver stores, and the events as they are published. */
export interface MadeBatch {
  batch: Batch
  published: PublishedEvent[]
}

/** Makes it, a part with every step. */
export function* toBatch(
  { entries, appendsOf, removed, events, told, now: timestamp }: Staged,
  documents: Documents,
  lastEvent: number,
): Generator<void, MadeBatch> {
  const byId = new Map<string, Entry>()
  for (const staged of [told, entries])
    for (const entry of staged) byId.set(`${entry.kind}:${entry.id}`, entry)
  const puts = entries.map((entry) => putOf(entry, appendsOf.get(entry)))
  const published: PublishedEvent[] = []
  const logged: LoggedEvent[] = []
  for (const event of events) {
    const { name, rooms } = event
    const number = lastEvent + published.length + 1
    if (number % eventsInStep === 0) yield
    if ('id' in event) {
      const kind = kindOfEvent(event.name)
      const about = { kind, id: event.id }
      const entry = byId.get(`${kind}:${event.id}`) ?? documents.get(kind, event.id)
      if (!entry) throw new Error(`${name} was emitted for ${event.id}, which does not exist`)
      const data = stateEventData(entry)
      published.push({ number, name, rooms, timestamp, about, data })
      logged.push({ number, name, rooms, timestamp, about, ...(isLatestState(name) ? {} : { data }) })
    } else {
      const data = JSON.stringify(event.data)
      published.push({ number, name, rooms, timestamp, data })
      logged.push({ number, name, rooms, timestamp, data })
    }
  }
  return { batch: { puts, removes: removed.map((entry) => entry.key), events: logged }, published }
}
