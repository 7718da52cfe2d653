import { maxBufferedBytes } from './rooms'

/** A chunk has about this many characters: enough to be quick, little enough to be fair to other streams. */
const chunkChars = 64 * 1024

/** A response's body with backpressure: it is written as fast as its reader reads, and ends when too much waits. */
export interface BufferedBody {
  readonly body: ReadableStream<Uint8Array>
  /** What comes before all else. It is made while it is read, and however much it is, it may wait. */
  begin(texts: Iterator<string, void>): void
  /** Adds a text. If the reader is so slow that too many bytes wait already, the body ends instead. */
  write(text: string): void
  /** Ends the body; what waits is dropped. */
  end(): void
}

/** `onEnd` is called once, when the body has ended or its reader is gone. */
export const createBufferedBody = (
  onEnd: (reason: 'ended' | 'cancelled' | 'too slow') => void,
): BufferedBody => {
  const encoder = new TextEncoder()
  let prelude: Iterator<string, void> | undefined
  let buffered: Uint8Array[] = []
  let bufferedBytes = 0
  let readerWaits = false
  let ended = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined

  const end = (reason: Parameters<typeof onEnd>[0]) => {
    if (ended) return
    ended = true
    prelude = undefined
    buffered = []
    if (reason !== 'cancelled') controller?.close()
    onEnd(reason)
  }

  const next = (): Uint8Array | undefined => {
    let text = ''
    while (prelude && text.length < chunkChars) {
      const { done, value } = prelude.next()
      if (done) prelude = undefined
      else text += value
    }
    if (text !== '') return encoder.encode(text)
    const chunk = buffered.shift()
    bufferedBytes -= chunk?.length ?? 0
    return chunk
  }

  const pump = () => {
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
        pump()
      },
      cancel: () => end('cancelled'),
    },
    // Nothing leaves before somebody reads it: what waits, waits here and is counted.
    { highWaterMark: 0 },
  )

  return {
    body,
    begin(texts) {
      if (ended) return
      prelude = texts
      pump()
    },
    write(text) {
      if (ended) return
      // What waited before counts: a text may be longer than that, and who reads at once gets it.
      if (bufferedBytes > maxBufferedBytes) return end('too slow')
      const chunk = encoder.encode(text)
      buffered.push(chunk)
      bufferedBytes += chunk.length
      pump()
    },
    end: () => end('ended'),
  }
}
