/** The signs of life that a runner gives for a session while that has no driver. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../functions/client/client'

/** So long a session's process may take until it beats itself. */
const ttlSeconds = 120
const everyMs = 30_000

/** One that ends by itself: with a runner or a machine that is gone meanwhile, the session would else be busy for ever. */
export const beatUntilDriven = async (client: Client, id: string): Promise<void> => {
  await client.sessions.heartbeat(id, { ttlSeconds }).catch(() => undefined)
}

/** Again and again, for work that may take longer than that. */
export const whileBeating = async <T>(client: Client, id: string, work: () => Promise<T>): Promise<T> => {
  const done = new AbortController()
  const beat = async () => {
    while (!done.signal.aborted) {
      await sleep(everyMs, undefined, { signal: done.signal, ref: false }).catch(() => undefined)
      if (!done.signal.aborted) await beatUntilDriven(client, id)
    }
  }
  void beat()
  return work().finally(() => done.abort())
}
