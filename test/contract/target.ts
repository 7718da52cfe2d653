// The one place that knows which host the contract tests run against; they themselves know only its address.
import { startServer } from './server'

export interface Target {
  /** The base URL, without a slash at its end. */
  url: string
  stop(): Promise<unknown>
}

/** Set by the projects of vitest.config.ts. */
const isHosted = process.env.MAESTRO_TEST_HOST === 'hosted'

/** Starts an empty server. `env`: configuration on top of what all tests use. */
export const startTarget = async (env: Record<string, string> = {}): Promise<Target> => {
  if (!isHosted) return startServer({ env })
  const { startHosted } = await import('../hosted/target')
  return startHosted(env)
}
