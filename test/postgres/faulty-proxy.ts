// A proxy between a server and its database that breaks connections where a test needs it to.
import { createServer, connect as open, type Socket } from 'node:net'

/**
 * `down`: nobody gets through. `request lost`, `answer lost`: connections break as they store something, before
 * the database hears of it or before the server hears that it is done.
 */
export type Fault = 'down' | 'request lost' | 'answer lost'

export interface FaultyProxy {
  /** What breaks from now on; undefined: nothing. */
  fault: Fault | undefined
  /** So many more messages reach the database; the next one breaks its connection. Undefined: all do. */
  requestsLeft: number | undefined
  /** The same URL, through the proxy. */
  through(url: string): string
  /** Breaks every connection there is. */
  cut(): void
  close(): Promise<void>
}

/** What only a statement that stores something says. */
const storeMarker = 'INSERT INTO maestro.documents'

export const createFaultyProxy = async (port: number): Promise<FaultyProxy> => {
  const pairs = new Set<() => void>()

  const join = (server: Socket) => {
    const database = open({ port, host: '127.0.0.1', noDelay: true })
    const end = () => {
      server.destroy()
      database.destroy()
      pairs.delete(end)
    }
    pairs.add(end)
    let isMuted = false
    server.on('data', (bytes) => {
      if (proxy.requestsLeft !== undefined && proxy.requestsLeft-- <= 0) return end()
      const stores = bytes.includes(storeMarker)
      if (stores && proxy.fault === 'request lost') return end()
      if (stores && proxy.fault === 'answer lost') isMuted = true
      database.write(bytes)
    })
    database.on('data', (bytes) => (isMuted ? end() : server.write(bytes)))
    for (const socket of [server, database]) socket.on('error', end).on('close', end)
  }

  const server = createServer({ noDelay: true }, (server) =>
    proxy.fault === 'down' ? server.destroy() : join(server),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: FaultyProxy = {
    fault: undefined,
    requestsLeft: undefined,
    through(url) {
      const changed = new URL(url)
      changed.port = typeof address === 'object' ? String(address?.port) : ''
      return changed.href
    },
    cut() {
      for (const end of pairs) end()
    },
    close() {
      proxy.cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}
