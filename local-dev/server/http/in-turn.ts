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

/** A connection. It is made once for each: what every request of thousands in a second makes anew is much to collect. */
interface Line {
  isBusy: boolean
  /** The requests that wait. */
  waiting: (() => void)[]
  /** The answer before has gone out, or never will. */
  goOn(): void
}

/**
 * Begins a request when the answer before it on the same connection has gone out (HTTP pipelining): what a client asks
 * for and does not read is not made, and does not wait in memory.
 */
export const inTurn = (listener: Listener): Turns => {
  const lines = new WeakMap<Duplex, Line>()

  const lineOf = (socket: Duplex): Line => {
    const line: Line = {
      isBusy: false,
      waiting: [],
      goOn() {
        line.isBusy = false
        if (socket.destroyed) line.waiting = []
        line.waiting.shift()?.()
      },
    }
    lines.set(socket, line)
    return line
  }

  const begin = (line: Line, incoming: IncomingMessage, outgoing: ServerResponse) => {
    line.isBusy = true
    outgoing.on('close', line.goOn)
    listener(incoming, outgoing)
  }

  return {
    isBusy: (socket) => lines.get(socket)?.isBusy === true,
    listener(incoming, outgoing) {
      const { socket } = incoming
      // Who has gone already has no address any more, and is not to be refused for that.
      if (socket.remoteAddress === undefined) return socket.destroy()
      const line = lines.get(socket) ?? lineOf(socket)
      if (!line.isBusy) begin(line, incoming, outgoing)
      else if (line.waiting.length < maxWaiting) line.waiting.push(() => begin(line, incoming, outgoing))
      else socket.destroy()
      return
    },
  }
}
