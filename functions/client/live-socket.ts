/** A WebSocket to the server that knows the numbers of events. */

import { parseTrusted } from '../../schemas/json-text'
import { longestSilence, watchSilence } from './event-stream'
import type { MaestroEvent } from './events'
import { MaestroError, ServerUnreachable } from './problems'
import type { Requests } from './requests'

/** The server is asked for a sign of life this often, in milliseconds. */
const pingInterval = longestSilence / 3

/** What the server says: an event, or how far it is. */
type Said =
  | MaestroEvent
  | { type: 'rooms'; id: number }
  | { type: 'pong'; id: number }
  | { type: 'error'; message: string }

interface Listening {
  rooms?: readonly string[] | undefined
  signal: AbortSignal
  /** The first message: every event after this number will be heard. */
  onGreeting(lastEventId: number): void
  onEvent(event: MaestroEvent): void
  /** Nothing happened that this connection would have heard of, up to this number. */
  onMark(lastEventId: number): void
}

/**
 * One connection, which stays until it is cut or `signal` aborts. Rejects with `ServerUnreachable` if it is not
 * made or is lost, `MaestroError` if the server knows no such room, and with what a callback throws.
 */
export const listenLive = async (requests: Requests, listening: Listening): Promise<void> => {
  const { signal } = listening
  const { default: WebSocket } = await import('crossws/websocket')
  if (signal.aborted) return
  const socket = new WebSocket(addressOf(requests, listening.rooms))
  const cut = new AbortController()
  const watch = watchSilence(() => cut.abort(new Error('the server has fallen silent')))
  const pings = setInterval(() => {
    if (socket.readyState === 1) socket.send('{"type":"ping"}')
  }, pingInterval)
  try {
    await new Promise<void>((resolve, reject) => {
      const lost = (why: unknown) => reject(new ServerUnreachable(requests.url, why))
      signal.addEventListener('abort', () => resolve(), { signal: cut.signal })
      cut.signal.addEventListener('abort', () => lost(cut.signal.reason))
      socket.onclose = ({ code }) => lost(new Error(`the WebSocket was closed (${code})`))
      socket.onerror = () => lost(new Error('the WebSocket failed'))
      socket.onmessage = ({ data }) => {
        watch.heard()
        try {
          understand(parseTrusted(String(data)), listening)
        } catch (error) {
          reject(error)
        }
      }
    })
  } finally {
    clearInterval(pings)
    watch.stop()
    socket.onmessage = null
    socket.close()
    cut.abort()
  }
}

const understand = (said: Said, { onGreeting, onMark, onEvent }: Listening): void => {
  if (said.type === 'error') throw new MaestroError(400, 'VALIDATION_ERROR', said.message)
  if (said.type === 'rooms') onGreeting(said.id)
  else if (said.type === 'pong') onMark(said.id)
  else onEvent(said)
}

/** Not every WebSocket can send headers, so the token is in the address. */
const addressOf = ({ url, token }: Requests, rooms: readonly string[] | undefined): string => {
  const query = new URLSearchParams({ ids: '1' })
  if (rooms && rooms.length > 0) query.set('rooms', rooms.join(','))
  if (token !== undefined) query.set('token', token)
  return `${url.replace(/^http/i, 'ws')}/ws?${query}`
}
