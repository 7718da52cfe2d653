// Our HTTP server in this process, for tests that look at its sockets.
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHttpServer } from '../../local-dev/server/http-server'

/** Listens on a port of its own until the test ends. */
export const listenHere = async (...parts: Parameters<typeof createHttpServer>) => {
  const http = createHttpServer(...parts)
  const { server } = http
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(async () => {
    http.closeSockets('at once')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    port,
    /** A connection that is begun, and goes with the test. */
    open(): Socket {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      onTestFinished(() => void socket.destroy())
      return socket
    },
    connections: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  }
}
