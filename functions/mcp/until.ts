import { createStopwatch } from '../services/stopwatch'
import type { ToolContext } from './tool'

/** Clients give up after a minute: until then, an answer has to be on its way. */
const maxWaitMs = 49_000
/** A change may have come between looking and listening: so it is looked again. */
const lookAgainMs = 1000

/** What `look` finds when something happens in these rooms, at the latest after 50 s; undefined where it finds nothing, or nobody waits any more. */
export const until = async <T>(
  { pause, signal }: ToolContext,
  rooms: readonly string[],
  look: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  const elapsedMs = createStopwatch()
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    const leftMs = maxWaitMs - elapsedMs()
    if (leftMs <= 0 || signal.aborted || !(await pause(rooms, Math.min(leftMs, lookAgainMs))))
      return undefined
  }
}
