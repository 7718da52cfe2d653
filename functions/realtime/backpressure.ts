import { maxBufferedBytes } from './rooms'

/** A chunk has about this many characters: enough to be quick, little enough to be fair to other streams. */
const chunkChars = 64 * 1024

/** A response's body with backpressure: it is written as fast as its reader reads, and ends when too much waits. */
export interface BufferedBody {
  readonly body: ReadableStream<Uint8Array>
  /** Adds a text. If the reader is so slow that too many bytes wait already, the body ends instead. */
  write(text: string): void
  /** Ends the body; what waits is dropped. */
  end(): void
}

/** Why a body has ended: it was ended, its reader is gone or too slow, or what comes first could not be made. */
export type BodyEnd = 'ended' | 'cancelled' | 'too slow' | { failure: unknown }

/**
 * `beginning`: what comes before all else. It is made while it is read, and however much it is, it may wait; its first text
 * goes out at once. `onEnd` is called once, when the body has ended or its reader is gone.
 */
export const createBufferedBody = (
  beginning: AsyncIterator<string, void>,
  onEnd: (reason: BodyEnd) => void,
): BufferedBody => {
  const encoder = new TextEncoder()
  let prelude: AsyncIterator<string, void> | undefined = beginning
  let hasBegun = false
  let buffered: Uint8Array[] = []
  let bufferedBytes = 0
  let readerWaits = false
  let ended = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined

  const end = (reason: BodyEnd) => {
    if (ended) return
    ended = true
    void prelude?.return?.()
    prelude = undefined
    buffered = []
    if (reason !== 'cancelled') controller?.close()
    onEnd(reason)
  }

  /** The next chunk of the beginning; empty when there is no more of it. */
  const nextOfPrelude = async (): Promise<string> => {
    let text = ''
    const enough = hasBegun ? chunkChars : 1
    hasBegun = true
    while (prelude && text.length < enough) {
      const { done, value } = await prelude.next()
      if (done) prelude = undefined
      else text += value
    }
    return text
  }

  const pump = () => {
    const chunk = readerWaits ? buffered.shift() : undefined
    if (!chunk) return
    bufferedBytes -= chunk.length
    readerWaits = false
    controller?.enqueue(chunk)
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own
      },
      async pull() {
        const text = await nextOfPrelude().catch((failure: unknown) => {
          end({ failure })
          return ''
        })
        if (ended) return
        if (text !== '') return controller?.enqueue(encoder.encode(text))
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
