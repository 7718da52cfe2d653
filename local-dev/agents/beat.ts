import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, MaestroError, type Session } from '../../functions/client/client'
import { changeSession } from './change-session'

/** A third of what the server waits for by default: two beats may get lost. */
const beatMs = 10_000
/** Its ttl: what a runner has said before it, for the time until it begins, no longer counts. */
const driverTtlSeconds = 30

interface BeatOptions {
  client: Client
  /** As its agent has begun. */
  session: Pick<Session, 'id' | 'run'>
  everyMs?: number
  ttlSeconds?: number
}

/**
 * Tells the server that a session lives, until `ended` aborts. A session that was taken for lost meanwhile, because this
 * machine slept, goes on.
 */
export const keepBeating = async (
  { client, session, everyMs = beatMs, ttlSeconds = driverTtlSeconds }: BeatOptions,
  ended: AbortSignal,
): Promise<void> => {
  const beat = () => client.sessions.heartbeat(session.id, { ttlSeconds })
  while (!ended.aborted) {
    // Not awaited: what hangs is no reason to be silent. A server that is away, or a session that has ended, may be back.
    void beat().catch((error) => (isEnded(error) ? goOn(client, session).catch(() => undefined) : undefined))
    await sleep(everyMs, undefined, { signal: ended }).catch(() => undefined)
  }
}

const isEnded = (error: unknown) => error instanceof MaestroError && error.code === 'SESSION_ENDED'

/** Only what was lost, and not what has been started anew elsewhere. */
const goOn = (client: Client, { id, run }: BeatOptions['session']) =>
  changeSession(client, id, (now) =>
    now.status === 'failed' && now.run === run && now.endReason?.startsWith('lost: ')
      ? {
          status: 'working',
          timeline: [
            { type: 'progress', message: 'It was taken for lost, and goes on: its process is there' },
          ],
        }
      : undefined,
  )
