import type { Stream } from '../realtime/rooms'
import type { RequestContext } from '../services/app-services'

/** Changes come in crowds: it is looked again so many milliseconds after the first of them. */
const pauseMs = 20

/**
 * Looks whether something is there, and again after every change of tasks or sessions, for so many milliseconds at most. Resolves
 * with whether it is; also with false when the caller has gone away, or the host is about to stop.
 */
export const untilThere = async (
  c: RequestContext,
  forMs: number,
  isThere: () => boolean | Promise<boolean>,
): Promise<boolean> => {
  const { workspace, rooms } = c.env
  const { signal } = c.req.raw
  let isOver = signal.aborted
  let hasChanged = false
  let wake: (() => void) | undefined

  const over = () => {
    isOver = true
    wake?.()
  }
  /** Only so that it ends with the host; no event goes to a room of nobody. */
  const stream: Stream = { rooms: new Set(), deliver: () => undefined, cut: over, end: over }
  const unsubscribe = workspace.subscribe(({ name }) => {
    if (!name.startsWith('task:') && !name.startsWith('session:')) return
    hasChanged = true
    wake?.()
  })
  const timer = setTimeout(over, forMs)
  signal.addEventListener('abort', over)
  rooms.connect(stream)
  try {
    while (!isOver) {
      hasChanged = false
      if (await isThere()) return !signal.aborted
      if (!hasChanged && !isOver)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    return false
  } finally {
    rooms.disconnect(stream)
    signal.removeEventListener('abort', over)
    clearTimeout(timer)
    unsubscribe()
  }
}

/** Whether nobody waits for the answer any more. */
export const hasLeft = (c: RequestContext): boolean => c.req.raw.signal.aborted
