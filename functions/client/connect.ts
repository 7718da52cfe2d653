import { guarded, keepTrying } from './attempts'
import { readStream } from './event-stream'
import type { ListenOptions, MaestroEvent } from './events'
import { listenLive } from './live-socket'
import type { Requests } from './requests'

/**
 * Listens over a WebSocket for as long as it is wanted. A WebSocket does not know what was missed: while a new
 * one already listens, and what it hears waits, the event stream tells what came before it.
 */
export const connect = (requests: Requests, options: ListenOptions): Promise<void> => {
  const { rooms, signal } = options
  const onEvent = guarded(options.onEvent)
  const onReset = guarded(options.onReset)
  const onCaughtUp = guarded(options.onCaughtUp)
  let last = options.since

  /** Tells what happened after `since`, at least up to `upTo`: that has happened already, so it comes at once. */
  const catchUp = async (since: number, upTo: number, left: AbortSignal) => {
    for await (const item of readStream(requests, { rooms, since, signal: left })) {
      if (left.aborted) return
      if (item.kind === 'event') onEvent(item.event)
      else if (item.kind === 'reset') onReset(item.id)
      last = item.id
      if (item.id >= upTo || item.kind !== 'event') return
    }
  }

  /** One connection, until it is cut; `left` aborts when it is no longer wanted. */
  const stay = (left: AbortSignal, reached: () => void) => {
    let waiting: MaestroEvent[] | undefined = []
    const hear = (event: MaestroEvent) => {
      // What the event stream has told is not told again.
      if (event.id <= (last ?? 0)) return
      last = event.id
      onEvent(event)
    }
    const goLive = async (greeting: number) => {
      if (last === undefined) last = greeting
      else await catchUp(last, greeting, left)
      if (left.aborted) return
      reached()
      for (const event of waiting ?? []) hear(event)
      waiting = undefined
      onCaughtUp(last)
    }
    return new Promise<void>((resolve, reject) => {
      listenLive(requests, {
        rooms,
        signal: left,
        onGreeting: (number) => void goLive(number).catch(reject),
        onEvent: (event) => (waiting ? waiting.push(event) : hear(event)),
        onMark(number) {
          if (!waiting && last !== undefined) last = Math.max(last, number)
        },
      }).then(resolve, reject)
    })
  }

  return keepTrying({ signal, onCut: options.onCut }, async (reached) => {
    // A WebSocket does not tell why it is refused; this does.
    await requests.ask('GET', '/ws-status')
    const leaving = new AbortController()
    const leave = () => leaving.abort()
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    try {
      await stay(leaving.signal, reached)
    } finally {
      signal.removeEventListener('abort', leave)
      leave()
    }
  })
}
