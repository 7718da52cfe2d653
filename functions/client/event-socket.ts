/** A WebSocket to the server that knows the numbers of events. */

import { parseTrusted } from '../../schemas/json-text'
import { idleText, idleTimeoutMs, startWatchdog } from './event-stream'
import type { MaestroEvent } from './event-types'
import { MaestroError, ServerUnreachable } from './problems'
import type { Requests } from './requests'

/** The server is pinged so often, and answers each time. */
const pingIntervalMs = idleTimeoutMs / 3

/** An event, or how far the server is. */
type ServerMessage =
  | MaestroEvent
  | { type: 'rooms'; id: number }
  | { type: 'pong'; id: number }
  | { type: 'error'; message: string }

interface SocketOptions {
  rooms?: readonly string[] | undefined
  signal: AbortSignal
  /** The first message: every event after this number will come. */
  onOpen(lastEventId: number): void
  onEvent(event: MaestroEvent): void
  /** Nothing happened in these rooms that has not come, up to this number. */
  onPosition(lastEventId: number): void
}

/**
 * One connection, which stays until it is lost or `signal` aborts. Rejects with `ServerUnreachable` if it is not
 * made or is lost, `MaestroError` if the server knows no such room, and with what a callback throws.
 */
export const runSocket = async (requests: Requests, options: SocketOptions): Promise<void> => {
  const { signal } = options
  const { default: WebSocket } = await import('crossws/websocket')
  if (signal.aborted) return
  const socket = new WebSocket(addressOf(requests, options.rooms), protocolsOf(requests))
  const closing = new AbortController()
  const watchdog = startWatchdog(() => closing.abort(new Error(idleText('the WebSocket'))))
  const pings = setInterval(() => {
    if (socket.readyState === 1) socket.send('{"type":"ping"}')
  }, pingIntervalMs)
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: unknown) => reject(new ServerUnreachable(requests.url, cause))
      signal.addEventListener('abort', () => resolve(), { signal: closing.signal })
      closing.signal.addEventListener('abort', () => fail(closing.signal.reason))
      socket.onclose = ({ code }) => fail(new Error(`the WebSocket was closed (${code})`))
      socket.onerror = () => fail(new Error('the WebSocket failed'))
      socket.onmessage = ({ data }) => {
        watchdog.reset()
        try {
          handleMessage(parseTrusted(String(data)), options)
        } catch (error) {
          reject(error)
        }
      }
    })
  } finally {
    clearInterval(pings)
    watchdog.stop()
    socket.onmessage = null
    socket.close()
    closing.abort()
  }
}

const handleMessage = (message: ServerMessage, { onOpen, onPosition, onEvent }: SocketOptions): void => {
  if (message.type === 'error') throw new MaestroError(400, 'VALIDATION_ERROR', message.message)
  if (message.type === 'rooms') onOpen(message.id)
  else if (message.type === 'pong') onPosition(message.id)
  else onEvent(message)
}

const addressOf = ({ url }: Requests, rooms: readonly string[] | undefined): string => {
  const query = new URLSearchParams({ ids: '1' })
  if (rooms && rooms.length > 0) query.set('rooms', rooms.join(','))
  return `${url.replace(/^http/i, 'ws')}/ws?${query}`
}

/** Not every WebSocket can send headers, and an address is written into logs: the token goes with the protocol's name. */
const protocolsOf = ({ token }: Requests): string[] =>
  token === undefined ? [] : ['maestro', `bearer.${base64Url(token)}`]

const base64Url = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
