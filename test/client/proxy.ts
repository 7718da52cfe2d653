// A way to the server that can be cut: connections through it end when a test says so.
import { createServer, type Socket, connect as tcp } from 'node:net'

export interface Proxy {
  url: string
  /** How many connections have been made through it. */
  connections(): number
  /** Ends every connection at once, in the middle of whatever it carries. */
  cut(): void
  close(): Promise<void>
}

/** To a server on this machine, at `port`. */
export const startProxy = (port: number): Promise<Proxy> => {
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((near) => {
    connections++
    const far = tcp(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('data', (data) => other.write(data))
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (!address || typeof address === 'string') return reject(new Error('no address'))
      resolve({
        url: `http://127.0.0.1:${address.port}`,
        connections: () => connections,
        cut,
        close() {
          cut()
          return new Promise((closed) => server.close(() => closed()))
        },
      })
    })
  })
}
