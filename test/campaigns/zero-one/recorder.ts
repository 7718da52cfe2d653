// A way to a server that writes down which requests go through it, and how they are answered.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Recorded } from '../../contract/zero-one/recorded'

export interface Recorder {
  url: string
  /** Requests that were answered with JSON, in the order in which they came. */
  recorded: Recorded[]
  /** The port of the server, on this machine. */
  forwardTo(port: number): void
  close(): void
}

export const startRecorder = async (): Promise<Recorder> => {
  let port = 0
  const recorded: Recorded[] = []
  const server = createServer(async (asked, answered) => {
    const place = recorded.push(recordOf(asked, '')) - 1
    const sent = await text(asked)
    const options = { host: '127.0.0.1', port, path: asked.url, method: asked.method, headers: asked.headers }
    const forwarded = send(options, async (answer) => {
      answered.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(answered)
      const isJson = answer.headers['content-type']?.startsWith('application/json')
      const body = isJson ? await text(answer).catch(() => '') : ''
      const { status = 0, ...record } = { ...recordOf(asked, sent), status: answer.statusCode }
      recorded[place] = { ...record, status, ...(isJson && { answer: JSON.parse(body) }) }
    })
    forwarded.on('error', () => answered.destroy())
    forwarded.end(sent)
  })
  server.on('upgrade', (asked, near, head) => {
    const far = connect(port, '127.0.0.1', () => {
      const lines = asked.rawHeaders.map((word, index) => (index % 2 === 0 ? `${word}: ` : `${word}\r\n`))
      far.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
      far.write(head)
      near.pipe(far).pipe(near)
    })
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    recorded,
    forwardTo(target) {
      port = target
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const recordOf = ({ method = 'GET', url = '/' }: IncomingMessage, body: string): Recorded => ({
  method,
  path: url,
  ...(body !== '' && { body }),
  status: 0,
})
