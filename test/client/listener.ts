// A subscription of the client that keeps its events.
import { onTestFinished } from 'vitest'
import type { Client, ListenOptions, MaestroEvent } from '../../functions/client/client'
import { createInbox } from '../contract/inbox'

export const methods = ['follow', 'connect'] as const

/** Listens until the test is finished, or `end` is called. */
export const startListening = (
  client: Client,
  method: (typeof methods)[number],
  options: Partial<ListenOptions> = {},
) => {
  const ending = new AbortController()
  const inbox = createInbox<MaestroEvent>(({ id, type }) => `${id}:${type}`)
  const caughtUp = createInbox<number>(String)
  const resets: number[] = []
  const cuts: unknown[] = []
  const done = client.events[method]({
    signal: ending.signal,
    onEvent: inbox.add,
    onReset: (id) => resets.push(id),
    onCaughtUp: caughtUp.add,
    onDisconnect: (reason) => cuts.push(reason),
    ...options,
  })
  // A test that does not look at the end does not fail by it either.
  done.catch(() => undefined)
  onTestFinished(() => ending.abort())
  return {
    events: inbox.all,
    waitFor: inbox.waitFor,
    next: inbox.next,
    /** Resolves when it is connected, once again each time; with the number that it has come to. */
    caughtUp: caughtUp.next,
    resets,
    cuts,
    done,
    end() {
      ending.abort()
      return done
    },
  }
}

/** The ids of the entities that these events created. */
export const created = (events: readonly MaestroEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'task:created' || event.type === 'project:created' ? event.data.id : [],
  )
