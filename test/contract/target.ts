// The one place that knows which host the contract tests run against; they themselves know only its address.
import { type Server, startServer } from './server'

export interface Target {
  /** The base URL, without a slash at its end. */
  url: string
  stop(): Promise<unknown>
}

/** Starts an empty server. `env`: configuration on top of what all tests use. */
export const startTarget = async (env: Record<string, string> = {}): Promise<Target> => {
  // Set by the projects of vitest.config.ts.
  switch (process.env.MAESTRO_TEST_HOST) {
    case 'hosted': {
      const { emptyHosted, startHosted } = await import('../hosted/target')
      return Object.keys(env).length === 0 ? emptyHosted() : startHosted(env)
    }
    case 'memory': {
      const { startInProcess } = await import('../memory/target')
      return startInProcess(env)
    }
    default:
      return startServer({ env })
  }
}

let shared: Promise<Server> | undefined

/**
 * A server for a test file that looks at nothing but what it has made itself: on Node, one that others have used before, since
 * to start one, and to make its reference, takes most of a second of the processor. It ends with the worker.
 */
export const sharedTarget = async (): Promise<Target> => {
  if (process.env.MAESTRO_TEST_HOST) return startTarget()
  shared ??= startServer().catch((error: unknown) => {
    // One that did not start says so to whoever asked for it, not to all who come after.
    shared = undefined
    throw error
  })
  return { url: (await shared).url, stop: async () => undefined }
}
