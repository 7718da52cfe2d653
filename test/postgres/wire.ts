// Stands between a server and its database, and breaks where a test needs it to.
import { createServer, connect as open, type Socket } from 'node:net'

/**
 * `down`: nobody gets through. `request lost`, `answer lost`: connections break as they store something, before
 * the database hears of it or before the server hears that it is done.
 */
export type Fault = 'down' | 'request lost' | 'answer lost'

export interface Wire {
  /** What breaks from now on; undefined: nothing. */
  fault: Fault | undefined
  /** The same URL, through the wire. */
  through(url: string): string
  /** Breaks every connection there is. */
  cut(): void
  close(): Promise<void>
}

/** What only a statement that stores something says. */
const mark = 'INSERT INTO maestro.documents'

export const createWire = async (port: number): Promise<Wire> => {
  const pairs = new Set<() => void>()

  const join = (server: Socket) => {
    const database = open({ port, host: '127.0.0.1', noDelay: true })
    const end = () => {
      server.destroy()
      database.destroy()
      pairs.delete(end)
    }
    pairs.add(end)
    let deaf = false
    server.on('data', (bytes) => {
      const stores = bytes.includes(mark)
      if (stores && wire.fault === 'request lost') return end()
      if (stores && wire.fault === 'answer lost') deaf = true
      database.write(bytes)
    })
    database.on('data', (bytes) => (deaf ? end() : server.write(bytes)))
    for (const socket of [server, database]) socket.on('error', end).on('close', end)
  }

  const listener = createServer({ noDelay: true }, (server) =>
    wire.fault === 'down' ? server.destroy() : join(server),
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const wire: Wire = {
    fault: undefined,
    through(url) {
      const changed = new URL(url)
      changed.port = typeof address === 'object' ? String(address?.port) : ''
      return changed.href
    },
    cut() {
      for (const end of pairs) end()
    },
    close() {
      wire.cut()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
  return wire
}
