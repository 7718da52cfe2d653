import { maxBufferedBytes } from './rooms'

/** What is handed over at once has about this many characters: enough to be quick, little enough to be fair. */
const chunkChars = 64 * 1024

/** A response's body that is written as fast as its reader reads. */
export interface BufferedBody {
  readonly body: ReadableStream<Uint8Array>
  /** What comes before all else. It is made while it is read, and however much it is, it may wait. */
  begin(texts: Iterator<string, void>): void
  /** Adds a text. If the reader is so slow that too many bytes wait, the body ends instead. */
  write(text: string): void
  /** Ends the body; what waits is dropped. */
  end(): void
}

/** `onEnd` is called once, when the body has ended or its reader is gone. */
export const createBufferedBody = (onEnd: (reason: 'ended' | 'left' | 'too slow') => void): BufferedBody => {
  const encoder = new TextEncoder()
  let beginning: Iterator<string, void> | undefined
  let waiting: Uint8Array[] = []
  let bytesWaiting = 0
  let readerWaits = false
  let ended = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined

  const finish = (reason: Parameters<typeof onEnd>[0]) => {
    if (ended) return
    ended = true
    beginning = undefined
    waiting = []
    if (reason !== 'left') controller?.close()
    onEnd(reason)
  }

  const next = (): Uint8Array | undefined => {
    let text = ''
    while (beginning && text.length < chunkChars) {
      const { done, value } = beginning.next()
      if (done) beginning = undefined
      else text += value
    }
    if (text !== '') return encoder.encode(text)
    const chunk = waiting.shift()
    bytesWaiting -= chunk?.length ?? 0
    return chunk
  }

  const flow = () => {
    const chunk = readerWaits ? next() : undefined
    if (!chunk) return
    readerWaits = false
    controller?.enqueue(chunk)
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own
      },
      pull() {
        readerWaits = true
        flow()
      },
      cancel: () => finish('left'),
    },
    // Nothing leaves before somebody reads it: what waits, waits here and is counted.
    { highWaterMark: 0 },
  )

  return {
    body,
    begin(texts) {
      if (ended) return
      beginning = texts
      flow()
    },
    write(text) {
      if (ended) return
      const chunk = encoder.encode(text)
      waiting.push(chunk)
      bytesWaiting += chunk.length
      flow()
      if (bytesWaiting > maxBufferedBytes) finish('too slow')
    },
    end: () => finish('ended'),
  }
}
