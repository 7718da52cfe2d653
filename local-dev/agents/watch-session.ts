/** An agent outlives its session only for a person who looks at it. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'

interface Watch {
  client: Client
  sessionId: string
  /** Whether the agent stays open when it has nothing more to do. */
  staysOpen: boolean
  /** Whether a person looks at the agent's terminal. */
  isAttached?: () => Promise<boolean>
  /** The session is looked up so often, in milliseconds. */
  interval?: number
  /** An agent that stays open is left alone so long after its session has ended, in milliseconds. */
  linger?: number
}

/**
 * Aborts when the agent is to end: at once if its session is `stopped`; if it is `completed` or `failed` and the
 * agent stays open, after a while in which nobody is attached to its terminal. Looks until `left` aborts.
 */
export const whenToEnd = (
  { client, sessionId, staysOpen, isAttached = hasTmuxClient, interval = 2000, linger = 10_000 }: Watch,
  left: AbortSignal,
): AbortSignal => {
  const end = new AbortController()
  let endedSince: number | undefined
  const look = async () => {
    // A server that is away says nothing about the session.
    const session = await client.sessions.get(sessionId).catch(() => undefined)
    if (!session) return
    if (session.status === 'stopped') end.abort()
    else if (!staysOpen || !endedStatuses.includes(session.status) || (await isAttached()))
      endedSince = undefined
    else {
      endedSince ??= performance.now()
      if (performance.now() - endedSince >= linger) end.abort()
    }
  }
  const watch = async () => {
    while (!left.aborted && !end.signal.aborted) {
      await sleep(interval, undefined, { signal: left, ref: false }).catch(() => undefined)
      if (!left.aborted) await look()
    }
  }
  void watch()
  return end.signal
}

/** Outside of tmux a person is taken for granted. */
const hasTmuxClient = (): Promise<boolean> =>
  new Promise((resolve) => {
    if (process.env.TMUX === undefined) return resolve(true)
    execFile('tmux', ['display-message', '-p', '#{session_attached}'], (error, stdout) =>
      resolve(error !== null || stdout.trim() !== '0'),
    )
  })
