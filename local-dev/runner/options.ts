/** What a runner is given, and what it reports. */
import type { Client, Session } from '../../functions/client/client'
import { type Claim, waitsForRunner } from './claim'
import type { SeenSession } from './lifecycle'
import type { ServerKey } from './server-key'

export interface RunnerOptions {
  client: Client
  claim: Omit<Claim, 'claimedAt' | 'tmux'>
  /** The sessions of this server alone are looked after: others may share SESSION_DIR. */
  serverKey: ServerKey
  /** SESSION_DIR of this machine. */
  sessionDir: string
  /** So many sessions run at once; the others wait, first in, first out. */
  maxConcurrent: number
  /** The agents that it can start. */
  agents: readonly { name: string; version?: string | undefined; drive: 'acp' | 'terminal' }[]
  terminal: 'tmux' | 'none'
  /** That of a session whose spawn gives it none. */
  budget?: { minutes?: number; costUsd?: number } | undefined
  /** Whether a session gets a worktree of its own where its spawn does not say. */
  worktree: boolean
  tmuxSocket: string
  /** The environment of every session's process, besides what says which session it is. */
  env: NodeJS.ProcessEnv
  clock(): number
  /** Called with everything that happens, for a person or a program. */
  report(event: RunnerEvent): void
}

export interface RunnerEvent {
  what:
    | 'listening'
    | 'cut'
    | 'waiting'
    | 'prepared'
    | 'started'
    | 'started again'
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

export const summaryOf = ({ id, name, parentSessionId }: Session): RunnerSession => ({
  id,
  name,
  parent: parentSessionId ?? undefined,
})

export const seenOf = (session: Session): SeenSession => ({
  run: session.run,
  status: session.status,
  waits: waitsForRunner(session),
})
