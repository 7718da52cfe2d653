import type { McpHost } from './host'

/** Waits for the next change of what is asked for, for so many milliseconds at most; false: no answer is waited for any more. */
export const pauseOf =
  ({ follow, pause }: McpHost, signal: AbortSignal) =>
  (rooms: readonly string[], ms: number): Promise<boolean> => {
    if (pause) return pause(ms, signal)
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false)
      const end = (goesOn: boolean) => () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', gone)
        unfollow()
        resolve(goesOn)
      }
      const gone = end(false)
      const timer = setTimeout(end(true), ms)
      signal.addEventListener('abort', gone)
      let unfollow: () => void = () => undefined
      unfollow = follow({ rooms, onChange: end(true), onEnd: gone })
    })
  }
