import type { PublishedEvent } from './event'
import { othersTurn } from './others-turn'

/** So many events are published before others have their turn. */
const eventsInTurn = 500

/**
 * Publishes the events of changes in the order of the calls: at once, and returns undefined; or many in turns, so that who is
 * sent them can read them meanwhile. `publish` never throws.
 */
export const publishInTurns = (publish: (event: PublishedEvent) => void) => {
  let latest: Promise<void> | undefined

  const tell = async (before: Promise<void> | undefined, events: readonly PublishedEvent[]) => {
    await before
    for (let start = 0; start < events.length; start += eventsInTurn) {
      events.slice(start, start + eventsInTurn).forEach(publish)
      await othersTurn()
    }
  }

  return (events: readonly PublishedEvent[]): Promise<void> | undefined => {
    if (!latest && events.length <= eventsInTurn) {
      events.forEach(publish)
      return undefined
    }
    const told = tell(latest, events)
    latest = told
    void told.then(() => {
      if (latest === told) latest = undefined
    })
    return told
  }
}
