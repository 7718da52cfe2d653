/** What this session asks of people: asked once, waited for, withdrawn, and noted when the agent has the answer. */
import { randomUUID } from 'node:crypto'
import {
  type Client,
  type CreateInboxRequest,
  type InboxRequest,
  MaestroError,
} from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'

/** What became of a request: answered, or withdrawn, by whomever, or it could not be asked because the session has ended. */
type Settled = { state: 'answered'; request: InboxRequest } | { state: 'withdrawn' }

export interface OpenRequest {
  settled: Promise<Settled>
  /** Its id, once the server has it. */
  id: Promise<string | undefined>
  withdraw(): void
}

export interface Requests {
  ask(body: CreateInboxRequest): OpenRequest
  /** Goes on with one that an earlier driver of this session has asked. */
  holdOn(id: string): OpenRequest
  /** One of this session has changed, as the server tells. */
  changed(request: InboxRequest): void
  /** Asks the server about all that are waited for: what it told meanwhile was missed. */
  reload(): Promise<void>
  delivered(id: string): void
  /** Resolves when the receipts and withdrawals so far are through. */
  flush(): Promise<void>
}

interface RequestsOptions {
  client: Client
  sessionId: string
  signal: AbortSignal
  onTrouble(message: string): void
}

interface Held {
  onSettled(settled: Settled): void
}

export const createRequests = ({ client, sessionId, signal, onTrouble }: RequestsOptions): Requests => {
  const held = new Map<string, Held>()
  const pending = new Set<Promise<void>>()

  /** Does something that nobody waits for; what is settled already, or gone with its session, is no trouble. */
  const later = (work: () => Promise<unknown>) => {
    const done: Promise<void> = retryTransient(work, signal)
      .then(
        () => undefined,
        (error: unknown) => {
          const isSettled = error instanceof MaestroError && (error.status === 409 || error.status === 404)
          if (!isSettled && !signal.aborted) onTrouble(error instanceof Error ? error.message : String(error))
        },
      )
      .finally(() => pending.delete(done))
    pending.add(done)
  }

  const changed = (request: InboxRequest) => {
    const found = held.get(request.id)
    if (!found || request.state === 'open') return
    held.delete(request.id)
    found.onSettled(request.state === 'answered' ? { state: 'answered', request } : { state: 'withdrawn' })
  }

  const open = (id: Promise<string | undefined>): OpenRequest => {
    let isWithdrawn = false
    const settled = new Promise<Settled>((onSettled) => {
      void id.then((known) => {
        if (known === undefined) return onSettled({ state: 'withdrawn' })
        if (isWithdrawn) return later(() => client.requests.withdraw(known))
        held.set(known, { onSettled })
        // It may have been answered before this was heard.
        later(async () => changed(await client.requests.get(known)))
      })
    })
    return {
      settled,
      id,
      withdraw() {
        isWithdrawn = true
        void id.then((known) => {
          if (known === undefined || !held.delete(known)) return
          later(() => client.requests.withdraw(known))
        })
      },
    }
  }

  return {
    ask(body) {
      const options = { idempotencyKey: randomUUID() }
      const create = () => client.requests.create(sessionId, body, options)
      const id = retryTransient(create, signal).then(
        (request) => request.id,
        (error: unknown) => {
          if (!signal.aborted)
            onTrouble(`It could not be asked: ${error instanceof Error ? error.message : error}`)
          return undefined
        },
      )
      return open(id)
    },
    holdOn: (id) => open(Promise.resolve(id)),
    changed,
    async reload() {
      for (const id of held.keys()) later(async () => changed(await client.requests.get(id)))
    },
    delivered: (id) => later(() => client.requests.delivered(id)),
    async flush() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
