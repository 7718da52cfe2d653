import { readerOf } from '../../storage/rules/find'
import { livingStatus } from '../../storage/rules/living'
import type { Stream } from '../realtime/rooms'
import type { AppServices } from '../services/app-services'
import type { Outputs } from '../services/outputs'

const chunkBytes = 64 * 1024
/** Between looks whether there is more, in milliseconds. */
const pollMs = 400
/** An agent still prints while it ends: it is looked so many times more. */
const looksAfterEnd = 3

/** A session's output from a position to another one, as it is read. */
export const outputBody = (
  outputs: Outputs,
  sessionId: string,
  { from, to }: { from: number; to: number },
): ReadableStream<Uint8Array> => {
  let position = from
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await outputs.read(sessionId, position, Math.min(chunkBytes, to - position))
        position += chunk.length
        if (chunk.length > 0) controller.enqueue(chunk)
        // It may have been cut meanwhile.
        if (chunk.length === 0 || position >= to) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same from a position on, and what comes, until the session has ended. What is not read is not held here. */
export const growingOutput = (
  { workspace, rooms }: Pick<AppServices, 'workspace' | 'rooms'>,
  outputs: Outputs,
  sessionId: string,
  from: number,
): ReadableStream<Uint8Array> => {
  let position = from
  let looksLeft = looksAfterEnd
  let wake: (() => void) | undefined
  let isDone = false
  const stop = () => {
    isDone = true
    rooms.disconnect(stream)
    wake?.()
  }
  /** Only so that it ends with the host; no event goes to a room of nobody. */
  const stream: Stream = { rooms: new Set(), deliver: () => undefined, cut: stop, end: stop }
  rooms.connect(stream)

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const lives = async () =>
    workspace.read((documents) => livingStatus(readerOf(documents), sessionId) !== undefined)

  const next = async (): Promise<Uint8Array | undefined> => {
    while (!isDone) {
      const chunk = await outputs.read(sessionId, position, chunkBytes)
      position += chunk.length
      if (chunk.length > 0) return chunk
      // One that was cut goes on at its new end.
      position = Math.min(position, await outputs.size(sessionId))
      if (await lives()) looksLeft = looksAfterEnd
      else if (looksLeft-- <= 0) stop()
      if (!isDone) await pause()
    }
    return undefined
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next()
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  )
}
