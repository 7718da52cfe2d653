// The one place that knows which host the contract tests run against; they themselves know only its address.
import { startServer } from './server'

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
