/** Connecting again, with pauses that grow, for as long as it may help. */
import { MaestroError } from './problems'

/** The pauses between attempts; the last is repeated. */
const backoffMs = [100, 200, 400, 800, 1600, 3200, 5000]

interface ReconnectOptions {
  signal: AbortSignal
  onDisconnect?: ((reason: unknown) => void) | undefined
}

/**
 * Keeps a connection up until `signal` aborts. `connect` stays as long as its connection does, and calls
 * `onConnected` when it is there. What a repetition cannot mend ends it: a refusal, or a callback's error.
 */
export const keepConnected = async (
  { signal, onDisconnect }: ReconnectOptions,
  connect: (onConnected: () => void) => Promise<void>,
): Promise<void> => {
  let failures = 0
  while (!signal.aborted) {
    try {
      await connect(() => {
        failures = 0
      })
      if (!signal.aborted) onDisconnect?.(new Error('the connection was closed'))
    } catch (error) {
      if (signal.aborted) return
      if (isPermanent(error)) throw error instanceof CallbackError ? error.cause : error
      onDisconnect?.(error)
    }
    await delay(backoffMs[Math.min(failures++, backoffMs.length - 1)] ?? 0, signal)
  }
}

/** Something that a callback of the user threw: no connection can mend it. */
class CallbackError extends Error {}

/** Makes callbacks whose errors are not taken for those of a connection. */
export const guardCallback =
  <A extends unknown[]>(callback: ((...values: A) => void) | undefined) =>
  (...values: A): void => {
    try {
      callback?.(...values)
    } catch (cause) {
      throw new CallbackError('a callback failed', { cause })
    }
  }

/** A server that is overloaded, or a proxy before one that restarts, answers otherwise later. */
const isPermanent = (error: unknown): boolean =>
  error instanceof CallbackError ||
  (error instanceof MaestroError && error.status < 500 && ![408, 429].includes(error.status))

const delay = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
