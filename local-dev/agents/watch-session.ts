/** An agent outlives its session only for a person who looks at it. */
import { execFile } from 'node:child_process'
import type { Client } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'

/** The session is looked up so often, in milliseconds. */
const interval = 2000
/** An agent that stays open is left alone so long after its session has ended, in milliseconds. */
const linger = 10_000

interface Watch {
  client: Client
  sessionId: string
  /** Whether the agent stays open when it has nothing more to do. */
  staysOpen: boolean
}

/**
 * Aborts when the agent is to end: at once if its session is `stopped`; if it is `completed` or `failed` and the
 * agent stays open, after a while in which nobody is attached to its terminal. Looks until `left` aborts.
 */
export const whenToEnd = ({ client, sessionId, staysOpen }: Watch, left: AbortSignal): AbortSignal => {
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
  let timer: NodeJS.Timeout
  const again = () => {
    timer = setTimeout(() => look().finally(again), interval).unref()
  }
  again()
  for (const signal of [left, end.signal]) signal.addEventListener('abort', () => clearTimeout(timer))
  return end.signal
}

/** Whether a person looks at this terminal: outside of tmux that is taken for granted. */
const isAttached = (): Promise<boolean> =>
  new Promise((resolve) => {
    if (process.env.TMUX === undefined) return resolve(true)
    execFile('tmux', ['display-message', '-p', '#{session_attached}'], (error, stdout) =>
      resolve(error !== null || stdout.trim() !== '0'),
    )
  })
