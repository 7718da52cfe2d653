// The one place that knows which host the contract tests run against; they themselves know only its address.
import { startServer } from './server'

export interface Target {
  /** The base URL, without a slash at its end. */
  url: string
  stop(): Promise<unknown>
}

/** Starts an empty server. `env`: configuration on top of what all tests use. */
export function startTarget(env: Record<string, string> = {}): Promise<Target> {
  return startServer({ env })
}
