import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

/** No client sends so many requests ahead of their answers: a connection on which more wait is cut off. */
const maxWaiting = 2000

interface Turns {
  listener: Listener
  /** Whether a request of this connection is being answered. */
  isBusy(socket: Duplex): boolean
}

/**
 * Begins a request when the answer before it on the same connection has gone out (HTTP pipelining): what a client asks
 * for and does not read is not made, and does not wait in memory.
 */
export const inTurn = (listener: Listener): Turns => {
  /** The requests that wait, of each connection on which one is being answered. */
  const lines = new WeakMap<Duplex, (() => void)[]>()

  const goOn = (socket: Duplex) => {
    const next = socket.destroyed ? undefined : lines.get(socket)?.shift()
    if (next) next()
    else lines.delete(socket)
  }

  return {
    isBusy: (socket) => lines.has(socket),
    listener(incoming, outgoing) {
      const { socket } = incoming
      // Who has gone already has no address any more, and is not to be refused for that.
      if (socket.remoteAddress === undefined) return socket.destroy()
      const begin = () => {
        outgoing.once('close', () => goOn(socket))
        listener(incoming, outgoing)
      }
      const waiting = lines.get(socket)
      if (waiting === undefined) {
        lines.set(socket, [])
        begin()
      } else if (waiting.length < maxWaiting) waiting.push(begin)
      else socket.destroy()
      return
    },
  }
}
