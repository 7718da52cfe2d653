// The event stream's side of the contract tests: a client that reads server-sent events by hand.
import { parseTrusted } from '../../schemas/json-text'
import { checkMessage } from './conformance'
import type { Api } from './http'
import { createInbox } from './inbox'
import type { Message } from './socket'

export interface StreamEvent {
  /** As it is in the stream: text. */
  id: string
  event: string
  message: Message
}

export interface Stream {
  headers: Headers
  /** All events so far, in the order in which they came. */
  events: StreamEvent[]
  /** How many comments have come. */
  comments(): number
  /** What a browser would send as Last-Event-ID, if it had to come back now; empty if it knows none. */
  lastEventId(): string
  /** The first event, past or future, that fits. Fails when none has come after 10 s. */
  waitFor(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>
  /** The first event that `next` has not given yet. Fails when none has come after 10 s. */
  next(): Promise<StreamEvent>
  /** Resolves when the stream has ended, on whichever side. */
  ended: Promise<void>
  /** Goes away, in the middle of a message if need be. */
  close(): Promise<void>
}

export interface ListenOptions {
  /** The query, without its question mark. */
  query?: string
  headers?: Record<string, string>
  /** Whether each event is compared with its schema; false where the same ones were before. */
  checked?: boolean
}

/** Listens to the server whose HTTP address is `url`. Throws if it is not answered by a stream. */
export const listen = async (
  url: string,
  { query = '', headers = {}, checked = true }: ListenOptions = {},
): Promise<Stream> => {
  const leaving = new AbortController()
  const response = await fetch(`${url}/api/events?${query}`, { headers, signal: leaving.signal })
  if (!response.ok || !response.body)
    throw new Error(`answered by ${response.status}: ${await response.text()}`)
  const inbox = createInbox<StreamEvent>(({ event, id }) => `${id}:${event}`)
  let comments = 0
  let lastEventId = ''

  /** A block ends with an empty line; one without data is no event, but may carry an id. */
  const readBlock = (block: string) => {
    const fields: Record<string, string> = {}
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
      if (name === '') comments++
      else fields[name] = value
    }
    const { id = lastEventId, event = 'message', data } = fields
    lastEventId = id
    if (data === undefined) return
    const message: Message = parseTrusted(data)
    if (checked && event !== 'reset') checkMessage(message)
    inbox.add({ id, event, message })
  }

  const readAll = async (body: ReadableStream<Uint8Array>) => {
    let text = ''
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) if (!leaving.signal.aborted) readBlock(block)
    }
  }
  const ended = readAll(response.body).catch((error) => {
    // To be cut off is an end as well: a client goes, a server is killed.
    if (!(error instanceof TypeError || error.name === 'AbortError')) throw error
  })

  return {
    headers: response.headers,
    events: inbox.all,
    comments: () => comments,
    lastEventId: () => lastEventId,
    waitFor: inbox.waitFor,
    next: inbox.next,
    ended,
    close() {
      leaving.abort()
      return ended
    },
  }
}

/** The events of a stream up to one that tells of a change made now, as `[name, data]`. It has to be in `all`. */
export const toldBy = async (stream: Stream, api: Api): Promise<[string, unknown][]> => {
  const mark = JSON.stringify(await api.project({ name: 'mark' }))
  const last = await stream.waitFor(({ message }) => JSON.stringify(message.data) === mark)
  return stream.events
    .slice(0, stream.events.indexOf(last))
    .map(({ event, message }) => [event, message.data])
}

/** The number of the last event there is. */
export const lastEventId = async (api: Api): Promise<string> => {
  const health = await api.get<{ lastEventId: number }>('/health?verbose=1')
  return String(health.lastEventId)
}

/** What a client sends that comes back. */
export const since = (id: string): ListenOptions => ({ headers: { 'last-event-id': id } })
