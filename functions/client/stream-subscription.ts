import { readStream } from './event-stream'
import type { ListenOptions, MissedEvents } from './event-types'
import { guardCallback, keepConnected } from './reconnect'
import type { Requests } from './requests'

/** Listens to the event stream until `signal` aborts, however often the connection is lost. */
export const subscribeByStream = (requests: Requests, options: ListenOptions): Promise<void> => {
  const { rooms, signal } = options
  const onEvent = guardCallback(options.onEvent)
  const onReset = guardCallback(options.onReset)
  const onCaughtUp = guardCallback(options.onCaughtUp)
  let lastEventId = options.since

  return keepConnected({ signal, onDisconnect: options.onDisconnect }, async (onConnected) => {
    let caughtUp = false
    for await (const item of readStream(requests, { rooms, since: lastEventId, signal })) {
      if (signal.aborted) return
      onConnected()
      if (item.kind === 'event') onEvent(item.event)
      else if (item.kind === 'reset') onReset(item.id)
      else if (!caughtUp) {
        caughtUp = true
        onCaughtUp(item.id)
      }
      lastEventId = item.id
    }
  })
}

/** What happened after an event, up to now. Throws what the stream throws. */
export const readMissed = async (
  requests: Requests,
  { since, rooms }: { since: number; rooms?: readonly string[] },
): Promise<MissedEvents> => {
  const missed: MissedEvents = { events: [], reset: false, lastEventId: since }
  const { signal } = new AbortController()
  for await (const item of readStream(requests, { rooms, since, signal })) {
    missed.lastEventId = item.id
    if (item.kind === 'position') break
    if (item.kind === 'reset') missed.reset = true
    else missed.events.push(item.event)
  }
  return missed
}
