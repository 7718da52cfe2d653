/** Trying again, for as long as it may help. */
import { MaestroError } from './problems'

/** The pauses between attempts, in milliseconds; the last is repeated. */
const pauses = [100, 200, 400, 800, 1600, 3200, 5000]

interface Attempts {
  signal: AbortSignal
  onCut?: ((reason: unknown) => void) | undefined
}

/**
 * Makes a connection again and again, until `signal` aborts. `attempt` stays as long as its connection does,
 * and calls `reached` when it is there. A refusal that a repetition cannot mend ends it, as does a callback's
 * error.
 */
export const keepTrying = async (
  { signal, onCut }: Attempts,
  attempt: (reached: () => void) => Promise<void>,
): Promise<void> => {
  let failures = 0
  while (!signal.aborted) {
    try {
      await attempt(() => {
        failures = 0
      })
      if (!signal.aborted) onCut?.(new Error('the connection was closed'))
    } catch (error) {
      if (signal.aborted) return
      if (isFinal(error)) throw error instanceof CallbackError ? error.cause : error
      onCut?.(error)
    }
    await pause(pauses[Math.min(failures++, pauses.length - 1)] ?? 0, signal)
  }
}

/** Something that a callback of the user threw: no connection can mend it. */
class CallbackError extends Error {}

/** Makes callbacks whose errors are not taken for those of a connection. */
export const guarded =
  <A extends unknown[]>(callback: ((...values: A) => void) | undefined) =>
  (...values: A): void => {
    try {
      callback?.(...values)
    } catch (cause) {
      throw new CallbackError('a callback failed', { cause })
    }
  }

/** A server that is overloaded, or a proxy before one that restarts, answers otherwise later. */
const isFinal = (error: unknown): boolean =>
  error instanceof CallbackError ||
  (error instanceof MaestroError && error.status < 500 && ![408, 429].includes(error.status))

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
