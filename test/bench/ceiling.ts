/** Bare node:http, in a process of its own: the most that a Node server on this machine can answer. */
import { createServer } from 'node:http'

export type CeilingJob = { bodyBytes: number }
export type CeilingReady = { port: number }

process.once('disconnect', () => process.exit(0))
process.once('message', ({ bodyBytes }: CeilingJob) => {
  // A string, not a Buffer: node:http then sends header and body in one write, which is faster.
  const body = 'x'.repeat(bodyBytes)
  const headers = { 'Content-Type': 'application/json', 'Content-Length': String(bodyBytes) }
  const server = createServer((_request, response) => {
    response.writeHead(200, headers)
    response.end(body)
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') process.send?.({ port: address.port })
  })
})
