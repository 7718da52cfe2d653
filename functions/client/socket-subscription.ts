import { runSocket } from './event-socket'
import { readStream } from './event-stream'
import type { ListenOptions, MaestroEvent } from './event-types'
import { guardCallback, keepConnected } from './reconnect'
import type { Requests } from './requests'
import { serverOf } from './server-operations'

/**
 * Listens over a WebSocket until `signal` aborts. A WebSocket does not know what was missed: while a new one
 * already listens, and what it brings is buffered, the event stream replays what came before.
 */
export const subscribeBySocket = (requests: Requests, options: ListenOptions): Promise<void> => {
  const { rooms, signal } = options
  const onEvent = guardCallback(options.onEvent)
  const onReset = guardCallback(options.onReset)
  const onCaughtUp = guardCallback(options.onCaughtUp)
  let lastEventId = options.since

  /** Delivers what happened after `since`, at least up to `until`: that has happened already, so it comes at once. */
  const replay = async (since: number, until: number, closed: AbortSignal) => {
    for await (const item of readStream(requests, { rooms, since, signal: closed })) {
      if (closed.aborted) return
      if (item.kind === 'event') onEvent(item.event)
      else if (item.kind === 'reset') onReset(item.id)
      lastEventId = item.id
      if (item.id >= until || item.kind !== 'event') return
    }
  }

  /** One connection, until it is lost or `closed` aborts. */
  const connectOnce = (closed: AbortSignal, onConnected: () => void) => {
    let buffered: MaestroEvent[] | undefined = []
    const deliver = (event: MaestroEvent) => {
      // What the event stream has delivered is not delivered again.
      if (event.id <= (lastEventId ?? 0)) return
      lastEventId = event.id
      onEvent(event)
    }
    const catchUp = async (position: number) => {
      if (lastEventId === undefined) lastEventId = position
      else await replay(lastEventId, position, closed)
      if (closed.aborted) return
      onConnected()
      for (const event of buffered ?? []) deliver(event)
      buffered = undefined
      onCaughtUp(lastEventId)
    }
    return new Promise<void>((resolve, reject) => {
      runSocket(requests, {
        rooms,
        signal: closed,
        onOpen: (position) => void catchUp(position).catch(reject),
        onEvent: (event) => (buffered ? buffered.push(event) : deliver(event)),
        onPosition(position) {
          if (!buffered && lastEventId !== undefined) lastEventId = Math.max(lastEventId, position)
        },
      }).then(resolve, reject)
    })
  }

  return keepConnected({ signal, onDisconnect: options.onDisconnect }, async (onConnected) => {
    // A WebSocket does not say why it is refused; this does.
    await serverOf(requests).webSocketStatus()
    const connection = new AbortController()
    const close = () => connection.abort()
    signal.addEventListener('abort', close)
    if (signal.aborted) close()
    try {
      await connectOnce(connection.signal, onConnected)
    } finally {
      signal.removeEventListener('abort', close)
      close()
    }
  })
}
