/** What a runner keeps of the sessions that it looks after. */
import type { Session } from '../../functions/client/client'
import type { SessionState } from './lifecycle'
import type { RunnerOptions, RunnerSession } from './options'
import type { SessionProcess } from './process/session-process'
import type { RunnerStateFile } from './state-file'

/** Where an agent works, and what it finds in its environment for that. */
export interface Place {
  directory: string
  env: Readonly<Record<string, string>>
}

export interface RunnerContext {
  options: RunnerOptions
  state: RunnerStateFile
  /** Aborts when the runner detaches. */
  signal: AbortSignal
}

/** A session that a runner looks after. */
export interface TrackedSession extends RunnerSession {
  state: SessionState
  /** As it was when it was looked at last. */
  session: Session
  process?: SessionProcess | undefined
  /** Where its agent works, since that was prepared for the next start. */
  place?: Place | undefined
  /** Ends what prepares it. */
  abandon?: () => void
  /** The request that must be answered before it starts. */
  asked?: string
}
