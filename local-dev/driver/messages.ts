/** How far the messages of a session have come, as the server is told. */
import { type Client, MaestroError, type Message } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import type { Said } from './lifecycle/life'

interface MessagesOptions {
  client: Client
  sessionId: string
  signal: AbortSignal
  onTrouble(message: string): void
}

export interface Messages {
  /** Notes that these are about to be handed over. Resolves with those that may be: one that expired meanwhile may not. */
  sending(said: readonly Said[]): Promise<Said[]>
  update(id: string, state: 'delivered' | 'refused' | 'unknown', reason?: string): void
  flush(): Promise<void>
}

export const isMessage = ({ id }: Pick<Said, 'id'>): boolean => id.startsWith('msg_')

export const saidOf = ({ id, from, text = '', mode }: Message): Said => ({
  id,
  from,
  text,
  mode: mode === 'steer' ? 'steer' : 'queue',
})

export const createMessages = ({ client, signal, onTrouble }: MessagesOptions): Messages => {
  const pending = new Set<Promise<void>>()

  const isAccepted = async (id: string): Promise<boolean> => {
    try {
      await retryTransient(() => client.messages.update(id, { state: 'sending' }), signal)
      return true
    } catch (error) {
      if (error instanceof MaestroError) return false
      throw error
    }
  }

  return {
    async sending(said) {
      const accepted: Said[] = []
      for (const each of said) if (!isMessage(each) || (await isAccepted(each.id))) accepted.push(each)
      return accepted
    },
    update(id, state, reason) {
      const change = { state, ...(reason !== undefined && { reason: reason.slice(0, 2000) }) }
      const done: Promise<void> = retryTransient(() => client.messages.update(id, change), signal)
        .then(
          () => undefined,
          (error: unknown) => {
            // It was settled by the end of the session.
            if (error instanceof MaestroError && error.status < 500) return
            if (!signal.aborted) onTrouble(error instanceof Error ? error.message : String(error))
          },
        )
        .finally(() => pending.delete(done))
      pending.add(done)
    },
    async flush() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
