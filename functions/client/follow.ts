import { guarded, keepTrying } from './attempts'
import { readStream } from './event-stream'
import type { ListenOptions, Missed } from './events'
import type { Requests } from './requests'

/** Listens to the event stream for as long as it is wanted, however often it is cut. */
export const follow = (requests: Requests, options: ListenOptions): Promise<void> => {
  const { rooms, signal } = options
  const onEvent = guarded(options.onEvent)
  const onReset = guarded(options.onReset)
  const onCaughtUp = guarded(options.onCaughtUp)
  let last = options.since

  return keepTrying({ signal, onCut: options.onCut }, async (reached) => {
    let caughtUp = false
    for await (const item of readStream(requests, { rooms, since: last, signal })) {
      if (signal.aborted) return
      reached()
      if (item.kind === 'event') onEvent(item.event)
      else if (item.kind === 'reset') onReset(item.id)
      else if (!caughtUp) {
        caughtUp = true
        onCaughtUp(item.id)
      }
      last = item.id
    }
  })
}

/** What happened after an event, up to now. Throws what the stream throws. */
export const missed = async (
  requests: Requests,
  { since, rooms }: { since: number; rooms?: readonly string[] },
): Promise<Missed> => {
  const told: Missed = { events: [], reset: false, lastEventId: since }
  const { signal } = new AbortController()
  for await (const item of readStream(requests, { rooms, since, signal })) {
    told.lastEventId = item.id
    if (item.kind === 'mark') break
    if (item.kind === 'reset') told.reset = true
    else told.events.push(item.event)
  }
  return told
}
