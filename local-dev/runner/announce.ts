/** A runner tells the server that it is there, and what waits: people look there, not into its output. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunnerOptions, RunnerSession } from './options'

/** The server forgets a runner after three of these. */
const announceEveryMs = 10_000
/** Several changes at once are told together. */
const collectMs = 50
/** As many as a server takes. */
const maxWaiting = 1000

type Announced = Pick<RunnerOptions, 'client' | 'claim' | 'maxConcurrent' | 'agents' | 'worktree'>

/** Tells it every 10 s until `signal` aborts, and soon after each call of what is returned. */
export const startAnnouncing = (
  { client, claim: { id, host, pid }, maxConcurrent, agents, worktree }: Announced,
  waiting: () => readonly RunnerSession[],
  signal: AbortSignal,
): (() => void) => {
  const reason = `It waits for a place: all ${maxConcurrent} of the runner on ${host} are taken (maestro run --max)`
  const tell = () =>
    client.runners.update(id, {
      host,
      pid,
      places: maxConcurrent,
      waiting: waiting()
        .slice(0, maxWaiting)
        .map(({ id: sessionId }) => ({ sessionId, reason })),
      agents: agents.map(({ name, version, drive }) => ({ name, version, drive })),
      ...(worktree && { worktrees: true }),
    })
  let isCollecting = false
  const announce = async () => {
    if (isCollecting || signal.aborted) return
    isCollecting = true
    await sleep(collectMs, undefined, { signal, ref: false }).catch(() => undefined)
    isCollecting = false
    // If the server is away, it is told when it is back.
    if (!signal.aborted) await tell().catch(() => undefined)
  }
  const timer = setInterval(announce, announceEveryMs).unref()
  signal.addEventListener('abort', () => clearInterval(timer))
  return () => void announce()
}
