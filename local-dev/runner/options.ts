/** What a runner is given, and what it tells. */
import type { Client, Session } from '../../functions/client/client'
import type { Claim } from './claim'

export interface RunnerOptions {
  client: Client
  claim: Omit<Claim, 'claimedAt' | 'tmux'>
  /** SESSION_DIR of this machine. */
  sessionDir: string
  /** So many sessions run at once; the rest wait in order. */
  max: number
  terminal: 'tmux' | 'none'
  tmuxSocket: string
  /** What every session's process finds, besides what its spawn says. */
  env: NodeJS.ProcessEnv
  clock(): number
  /** Tells a person, or a program, what happens. */
  tell(news: News): void
}

export interface News {
  what:
    | 'listening'
    | 'cut'
    | 'waiting'
    | 'started'
    | 'taken over'
    | 'stopping'
    | 'ended'
    | 'failed'
    | 'left'
    | 'trouble'
  sessionId?: string
  message: string
}

export interface RunnerSession {
  id: string
  name: string
  /** The session that asked for it, if one did. */
  parent: string | undefined
}

export interface RunningSession extends RunnerSession {
  /** Leads the group of its processes; absent until there is one. */
  pid?: number
  /** Where its files are; empty until it is known. */
  folder: string
  /** Nobody wants it any more: its processes are being ended. */
  stopped: boolean
}

export const summaryOf = ({ id, name, metadata }: Session): RunnerSession => {
  const parent = metadata?.spawnedBy
  return { id, name, parent: typeof parent === 'string' ? parent : undefined }
}
