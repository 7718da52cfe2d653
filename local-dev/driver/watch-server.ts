/** What the server tells of one session: as it happens, and after a gap all that may have been missed. */
import {
  type Client,
  type InboxRequest,
  MaestroError,
  type Message,
  type Session,
} from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'

interface ServerWatch {
  client: Client
  sessionId: string
  signal: AbortSignal
  onSession(session: Session): void
  onMessage(message: Message): void
  onRequest(request: InboxRequest): void
  /** Requests may have been settled unheard. */
  onGap(): void
  /** The session was deleted, or its token no longer counts. */
  onGone(): void
}

/** Until `signal` aborts, or the session is gone. */
export const watchServer = async (watch: ServerWatch): Promise<void> => {
  const { client, sessionId, signal } = watch
  /** What is told while the list is loaded came after what the list has. */
  let early: Message[] | undefined
  const load = async () => {
    early ??= []
    const queued = () => client.messages.list(sessionId, { state: 'queued' })
    const [session, messages] = await Promise.all([
      retryTransient(() => client.sessions.get(sessionId), signal),
      retryTransient(queued, signal),
    ])
    if (signal.aborted) return
    watch.onSession(session)
    for (const message of [...messages, ...(early ?? [])]) watch.onMessage(message)
    early = undefined
    watch.onGap()
  }
  const reload = () => void load().catch((error) => onFailure(error))
  const onFailure = (error: unknown) => {
    if (!signal.aborted && error instanceof MaestroError) watch.onGone()
  }
  await client.events
    .follow({
      rooms: [`session:${sessionId}`],
      signal,
      onCaughtUp: reload,
      onReset: reload,
      onEvent({ type, data }) {
        if (signal.aborted) return
        if (type === 'session:updated' && data.id === sessionId) watch.onSession(data)
        if (type === 'session:deleted' && data.id === sessionId) watch.onGone()
        if (type === 'message:created' && data.sessionId === sessionId) {
          if (early) early.push(data)
          else watch.onMessage(data)
        }
        if (type === 'request:updated' && data.sessionId === sessionId) watch.onRequest(data)
      },
    })
    .catch(onFailure)
}
