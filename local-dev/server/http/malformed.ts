import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ApiError, apiError, type ErrorResponse } from '../../../schemas/errors'

/** Address and headers of a request together: the cookies of `localhost` come from every port. */
export const maxHeaderBytes = 64 * 1024

/** Whoever is answered before it has sent everything is read for so long, or so much: else it might not get the answer. */
const lingerMs = 2000
const maxLingerBytes = 1024 * 1024

const malformed = apiError('VALIDATION_ERROR', 'The request is not valid HTTP')

const bodyOf = ({ code, message }: ApiError): ErrorResponse => ({ error: true, code, message })

/** A request whose address or host cannot be read never becomes a request for the API. */
export const answerUnreadable = (): Response =>
  Response.json(bodyOf(malformed), {
    status: malformed.status,
    headers: { 'X-Request-Id': randomUUID() },
  })

/** Answers what is not HTTP at all, or has too large headers, and closes its connection. */
export const createMalformedAnswer = () => {
  /** How much had been read of each connection when it was answered: whatever else comes is an error, too. */
  const answered = new WeakMap<Duplex, number>()

  return (error: NodeJS.ErrnoException, socket: Duplex & Partial<Pick<Socket, 'bytesRead'>>): void => {
    const { bytesRead = 0 } = socket
    const before = answered.get(socket)
    if (before !== undefined && bytesRead - before <= maxLingerBytes) return
    if (before !== undefined || !socket.writable) {
      socket.destroy()
      return
    }
    answered.set(socket, bytesRead)
    socket.end(answerTo(error.code === 'HPE_HEADER_OVERFLOW' ? apiError('HEADERS_TOO_LARGE') : malformed))
    const linger = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(linger))
  }
}

const answerTo = (problem: ApiError): string => {
  const body = JSON.stringify(bodyOf(problem))
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `X-Request-Id: ${randomUUID()}`,
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
