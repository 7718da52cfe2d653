import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Session, UpdateSessionRequest } from '../../functions/client/client'
import { MaestroError, ServerUnreachable } from '../../functions/client/client'

/** So often a change is tried again that another one overtook. */
const mostAttempts = 20

/**
 * Changes a session by what it is now: `decide` is given its present state, and what it returns is written only
 * if nobody has changed it since; else it is asked again. Undefined: nothing is to be changed. Answers the
 * session as it then is. Throws what the client throws.
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
      if (!(error instanceof MaestroError) || error.status !== 412 || attempt >= mostAttempts) throw error
    }
  }
}

/** Calls `attempt` again while there is no answer, or one that a repetition may better, until `signal` aborts. */
export const persistently = async <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error
      await sleep(pause, undefined, { signal }).catch(() => undefined)
    }
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof ServerUnreachable || (error instanceof MaestroError && error.status >= 500)
