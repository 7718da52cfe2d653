/** An agent outlives its session only while a person is attached to its terminal. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, MaestroError, type Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'

interface SessionWatch {
  client: Client
  /** As its agent has begun. */
  session: Pick<Session, 'id' | 'run'>
  /** Whether the agent stays open when it has nothing more to do. */
  staysOpen: boolean
  /** Whether a person is attached to the agent's terminal. */
  isAttached?: () => Promise<boolean>
  pollMs?: number
  /** An agent that stays open is left alone so long after its session has ended. */
  lingerMs?: number
}

/**
 * A signal that aborts when the agent is to end: at once if its session is `stopped`, or was started again, perhaps on another
 * machine; if it is `completed` or
 * `failed` and the agent stays open, after `lingerMs` in which nobody was attached to its terminal. Polls until
 * `agentExited` aborts.
 */
export const sessionEndSignal = (
  {
    client,
    session: { id, run },
    staysOpen,
    isAttached = hasTmuxClient,
    pollMs = 2000,
    lingerMs = 10_000,
  }: SessionWatch,
  agentExited: AbortSignal,
): AbortSignal => {
  const end = new AbortController()
  let endedSince: number | undefined
  const check = async () => {
    const session = await client.sessions.get(id).catch((error: unknown) => {
      // The token is that of an earlier run.
      if (error instanceof MaestroError && error.code === 'SESSION_ENDED') end.abort()
      // A server that is away says nothing about the session.
      return undefined
    })
    if (!session) return
    if (session.status === 'stopped' || session.run !== run) end.abort()
    else if (!staysOpen || !endedStatuses.includes(session.status) || (await isAttached()))
      endedSince = undefined
    else {
      endedSince ??= performance.now()
      if (performance.now() - endedSince >= lingerMs) end.abort()
    }
  }
  const watch = async () => {
    while (!agentExited.aborted && !end.signal.aborted) {
      await sleep(pollMs, undefined, { signal: agentExited, ref: false }).catch(() => undefined)
      if (!agentExited.aborted) await check()
    }
  }
  void watch()
  return end.signal
}

/** Outside of tmux this cannot be known: somebody may be. */
const hasTmuxClient = (): Promise<boolean> =>
  new Promise((resolve) => {
    if (process.env.TMUX === undefined) return resolve(true)
    execFile('tmux', ['display-message', '-p', '#{session_attached}'], (error, stdout) =>
      resolve(error !== null || stdout.trim() !== '0'),
    )
  })
