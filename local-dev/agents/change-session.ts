import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Session, UpdateSessionRequest } from '../../functions/client/client'
import { MaestroError, ServerUnreachable } from '../../functions/client/client'

/** Each attempt fails only if somebody else has changed the session in between. */
const maxAttempts = 20

/**
 * Changes a session with optimistic locking: `decide` is given its present state, and what it returns is written
 * only if nobody has changed it since (`If-Match`); else it decides again. Undefined: nothing is to be changed.
 * Returns the session as it then is. Throws what the client throws.
 */
export const changeSession = async (
  client: Client,
  id: string,
  decide: (session: Session) => UpdateSessionRequest | undefined,
): Promise<Session> => {
  for (let attempt = 1; ; attempt++) {
    const { entity, etag } = await client.sessions.getTagged(id)
    const change = decide(entity)
    if (!change) return entity
    try {
      return await client.sessions.update(id, change, { ifMatch: etag })
    } catch (error) {
      if (!(error instanceof MaestroError) || error.status !== 412 || attempt >= maxAttempts) throw error
    }
  }
}

/** Calls `attempt` again, with growing pauses, while the server is away or answers with a 5xx, until `signal` aborts. */
export const retryTransient = async <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5000)) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !isTransient(error)) throw error
      await sleep(delayMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

const isTransient = (error: unknown): boolean =>
  error instanceof ServerUnreachable || (error instanceof MaestroError && error.status >= 500)
