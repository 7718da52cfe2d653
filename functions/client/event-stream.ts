/** The event stream as the server sends it. */
import { parseTrusted } from '../../schemas/json-text'
import type { MaestroEvent } from './event-types'
import { eventsOf } from './events-operations'
import { errorOf, type Requests } from './requests'

/** An event; that everything has to be loaded again; or only how far the stream has come. */
export type StreamItem =
  | { kind: 'event'; id: number; event: MaestroEvent }
  | { kind: 'reset'; id: number }
  | { kind: 'position'; id: number }

/** The server sends a comment every 15 s: a connection that is silent for three of them is gone. */
export const idleTimeoutMs = 45_000

interface StreamOptions {
  rooms?: readonly string[] | undefined
  since: number | undefined
  signal: AbortSignal
}

/**
 * One connection to the event stream, until it ends or the caller stops reading. Throws `MaestroError` if the
 * server refuses, and `ServerUnreachable` or what the platform throws if it cannot be reached or the connection is lost.
 */
export async function* readStream(
  requests: Requests,
  { rooms, since, signal }: StreamOptions,
): AsyncGenerator<StreamItem, void, void> {
  const connection = new AbortController()
  const close = () => connection.abort(signal.reason)
  signal.addEventListener('abort', close)
  if (signal.aborted) close()
  const watchdog = startWatchdog(() => connection.abort(new Error(idleText('the event stream'))))
  try {
    const query = { rooms: rooms?.join(','), since: since === undefined ? undefined : String(since) }
    const response = await eventsOf(requests).stream(query, connection.signal)
    if (!response.ok || !response.body) throw await errorOf(response, 'GET /api/events')
    yield* readItems(response.body, watchdog.reset)
  } finally {
    watchdog.stop()
    signal.removeEventListener('abort', close)
    connection.abort()
  }
}

async function* readItems(body: ReadableStream<Uint8Array>, onData: () => void) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (true) {
    const { done, value } = await reader.read()
    if (done) return
    onData()
    text += decoder.decode(value, { stream: true })
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const item = parseBlock(block)
      if (item) yield item
    }
  }
}

/** A block without data says how far the stream is: after a disconnect, the stream goes on from there. */
const parseBlock = (block: string): StreamItem | undefined => {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    const before = name === 'data' ? fields.get(name) : undefined
    fields.set(name, before === undefined ? value : `${before}\n${value}`)
  }
  if (!fields.has('id')) return undefined
  const id = Number(fields.get('id'))
  const data = fields.get('data')
  if (data === undefined) return { kind: 'position', id }
  if (fields.get('event') === 'reset') return { kind: 'reset', id }
  return { kind: 'event', id, event: { ...parseTrusted<MaestroEvent>(data), id } }
}

/** Calls `onTimeout` when `reset` has not been called for `idleTimeoutMs`. */
export const startWatchdog = (onTimeout: () => void) => {
  let timer = setTimeout(onTimeout, idleTimeoutMs)
  return {
    reset() {
      clearTimeout(timer)
      timer = setTimeout(onTimeout, idleTimeoutMs)
    },
    stop: () => clearTimeout(timer),
  }
}

export const idleText = (connection: string): string =>
  `${connection} has sent nothing for ${idleTimeoutMs / 1000} s`
