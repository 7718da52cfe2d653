/** The event stream as the server sends it. */
import { parseTrusted } from '../../schemas/json-text'
import type { MaestroEvent } from './events'
import { errorOf, type Requests } from './requests'

/** An event; that everything has to be loaded again; or only how far the stream has come. */
export type StreamItem =
  | { kind: 'event'; id: number; event: MaestroEvent }
  | { kind: 'reset'; id: number }
  | { kind: 'mark'; id: number }

/** The server sends a comment every 15 s: one that is silent for three of them is gone. In milliseconds. */
export const longestSilence = 45_000

interface Wanted {
  rooms?: readonly string[] | undefined
  since: number | undefined
  signal: AbortSignal
}

/**
 * One connection to the event stream, until it ends or is left. Throws `MaestroError` if the server refuses,
 * and `ServerUnreachable` or what the platform throws if it cannot be reached or is cut.
 */
export async function* readStream(
  requests: Requests,
  { rooms, since, signal }: Wanted,
): AsyncGenerator<StreamItem, void, void> {
  const ending = new AbortController()
  const end = () => ending.abort(signal.reason)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const watch = watchSilence(() => ending.abort(new Error('the event stream has fallen silent')))
  try {
    const response = await requests.send('GET', '/api/events', {
      query: { rooms: rooms?.join(','), since },
      signal: ending.signal,
    })
    if (!response.ok || !response.body) throw await errorOf(response, 'GET /api/events')
    yield* readItems(response.body, watch.heard)
  } finally {
    watch.stop()
    signal.removeEventListener('abort', end)
    ending.abort()
  }
}

async function* readItems(body: ReadableStream<Uint8Array>, heard: () => void) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (true) {
    const { done, value } = await reader.read()
    if (done) return
    heard()
    text += decoder.decode(value, { stream: true })
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const item = readBlock(block)
      if (item) yield item
    }
  }
}

/** Of a block, its fields; one without data tells how far the stream is, which counts after a cut. */
const readBlock = (block: string): StreamItem | undefined => {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    const before = name === 'data' ? fields.get(name) : undefined
    fields.set(name, before === undefined ? value : `${before}\n${value}`)
  }
  if (!fields.has('id')) return undefined
  const id = Number(fields.get('id'))
  const data = fields.get('data')
  if (data === undefined) return { kind: 'mark', id }
  if (fields.get('event') === 'reset') return { kind: 'reset', id }
  return { kind: 'event', id, event: { ...parseTrusted<MaestroEvent>(data), id } }
}

/** Calls `onSilence` when `heard` has not been called for too long. */
export const watchSilence = (onSilence: () => void) => {
  let timer = setTimeout(onSilence, longestSilence)
  return {
    heard() {
      clearTimeout(timer)
      timer = setTimeout(onSilence, longestSilence)
    },
    stop: () => clearTimeout(timer),
  }
}
