/** The cheapest HTTP client that is still honest: one keep-alive socket, one request in flight, bytes counted. */
import { connect } from 'node:net'

export type Connection = { send(request: Buffer): void; close(): void }

/** `start` is the first read that the answer came with: enough to tell what went wrong. */
export type OnAnswer = (status: number, start: Buffer) => void

const readBytes = 64 * 1024

/** The request as it goes over the wire. Built before a measure, never during it. */
export const requestBytes = (port: number, method: string, path: string, body?: string): Buffer => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`
  if (body === undefined) return Buffer.from(`${head}\r\n`)
  const length = Buffer.byteLength(body)
  return Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`)
}

/**
 * Resolves when connected. `onAnswer` is called once an answer has come in whole; a socket that breaks or an
 * answer without Content-Length throws, which ends the process: a measure with a hole in it is no measure.
 */
export const openConnection = (port: number, onAnswer: OnAnswer): Promise<Connection> => {
  const read = answerReader(onAnswer)
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBytes),
        callback: (length, buffer) => {
          read(Buffer.from(buffer.buffer, buffer.byteOffset, length))
          return true
        },
      },
    })
    let closing = false
    socket.once('error', reject)
    socket.once('close', () => {
      if (!closing) throw new Error('The server closed a connection during a measure')
    })
    socket.once('connect', () => {
      resolve({
        send: (request) => socket.write(request),
        close: () => {
          closing = true
          socket.destroy()
        },
      })
    })
  })
}

/** Finds the end of the header, takes Content-Length and counts down. */
const answerReader = (onAnswer: OnAnswer): ((chunk: Buffer) => void) => {
  let partialHeader: Buffer | undefined
  let missing = 0
  let status = 0
  let start: Buffer = Buffer.alloc(0)

  return (chunk) => {
    if (missing > 0) {
      missing -= chunk.length
    } else {
      const bytes = partialHeader ? Buffer.concat([partialHeader, chunk]) : chunk
      const headerEnd = bytes.indexOf('\r\n\r\n')
      if (headerEnd < 0) {
        partialHeader = Buffer.from(bytes)
        return
      }
      partialHeader = undefined
      const header = bytes.toString('latin1', 0, headerEnd)
      const length = /content-length: *(\d+)/i.exec(header)?.[1]
      if (length === undefined) throw new Error(`An answer without Content-Length: ${header}`)
      status = Number(header.slice(9, 12))
      missing = headerEnd + 4 + Number(length) - bytes.length
      // The read buffer is used again: whoever needs the start after the first read needs a copy.
      start = missing > 0 ? Buffer.from(bytes) : bytes
    }
    if (missing < 0) throw new Error('More bytes than Content-Length announced')
    if (missing === 0) onAnswer(status, start)
  }
}
