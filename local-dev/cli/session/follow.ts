import type { Client, Session } from '../../../functions/client/client'
import { isNotFound } from '../../lib/not-found'

interface FollowOptions {
  /** Ends it. */
  signal: AbortSignal
  /** Called with the session as it is now, and whenever it has changed. */
  onSession(session: Session): void
  onDeleted(): void
  /** Everything up to now has been told. */
  onCaughtUp?(): void
  onDisconnect?(reason: unknown): void
}

/** Follows a session until `signal` aborts, however often the connection is lost. */
export const followSession = (client: Client, id: string, options: FollowOptions): Promise<void> => {
  const { signal, onSession, onDeleted, onCaughtUp, onDisconnect } = options
  return client.events.follow({
    rooms: [`session:${id}`],
    signal,
    onEvent(event) {
      if (event.type === 'session:updated' && event.data.id === id) onSession(event.data)
      if (event.type === 'session:deleted' && event.data.id === id) onDeleted()
    },
    onCaughtUp() {
      onCaughtUp?.()
      // What happened before the connection. If this fails, the next connection asks again.
      void client.sessions.get(id).then(onSession, (error) => {
        if (isNotFound(error)) onDeleted()
      })
    },
    ...(onDisconnect && { onDisconnect }),
  })
}
