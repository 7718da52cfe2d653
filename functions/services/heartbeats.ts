/** Which sessions beat, when each last did, and which have stopped: those are ended as lost. */
import { othersTurn } from '../../storage/others-turn'
import { reasonOf } from '../../storage/reason'
import { loseSession } from '../../storage/rules/beats'
import type { Workspace } from '../../storage/workspace'
import type { Log } from './log'

/** A longer gap in the sweep means that the server slept, was stopped, or had its clock moved: nobody could be heard. */
const maxGapMs = 2000
/** So many turns of the event loop: a request that has arrived is accepted, read and answered in a few. */
const drainTurns = 20
/** So many sessions are ended before others have their turn. */
const maxEndedAtOnce = 50

export interface Heartbeats {
  /** A heartbeat has come in, of whatever session: it counts from now, also if storing it takes long. */
  heard(sessionId: string): void
  /** The session beats, and is lost when it has not for so long. */
  note(sessionId: string, ttlSeconds: number): void
  /**
   * Ends the sessions that are lost. `gapMs`: for how long nobody has looked, which grows while this goes on; after too long a
   * gap, everybody has a whole ttl anew. Never rejects.
   */
  sweep(gapMs: () => number): Promise<void>
  /** When the next session is lost unless it beats; undefined: nobody beats. */
  nextDue(): number | undefined
  /** In how many milliseconds a session is lost unless it beats; undefined for one that never beat. */
  remainingMs(sessionId: string): number | undefined
}

/** Where the times of heartbeats outlive this process; without it every start gives a whole ttl anew. */
export interface BeatTimes {
  /** When a session was last heard. */
  read(sessionId: string): number | undefined
  write(sessionId: string, at: number): void
  remove(sessionId: string): void
}

interface HeartbeatsOptions {
  workspace: Workspace
  /** Milliseconds by a clock that nobody puts back: on Node that of the process, hosted the object's. */
  now: () => number
  log: Log
  times?: BeatTimes
  /** Lets requests that have arrived be worked off. */
  drain?: () => Promise<void>
}

interface Beat {
  ttlMs: number
  at: number
}

export const openHeartbeats = async ({
  workspace,
  now,
  log,
  times,
  drain = workOff,
}: HeartbeatsOptions): Promise<Heartbeats> => {
  const beats = new Map<string, Beat>()
  let isSweeping = false

  const set = (id: string, beat: Beat) => {
    beats.set(id, beat)
    times?.write(id, beat.at)
  }
  const forget = (id: string) => {
    beats.delete(id)
    times?.remove(id)
  }
  const startAnew = () => {
    const at = now()
    for (const [id, { ttlMs }] of beats) set(id, { ttlMs, at })
  }
  const isSilent = (id: string) => {
    const beat = beats.get(id)
    return beat !== undefined && now() - beat.at > beat.ttlMs
  }

  const end = async (id: string, isOverdue: () => boolean) => {
    await workspace.change((tx) => (isOverdue() ? loseSession(tx, id) : undefined))
    // One that beats again, because it has been resumed, has been heard.
    if (isOverdue()) forget(id)
  }

  const endSilent = async (gapMs: () => number) => {
    const silent = [...beats.keys()].filter(isSilent)
    if (silent.length === 0) return
    await drain()
    const isOverdue = (id: string) => gapMs() <= maxGapMs && isSilent(id)
    for (let first = 0; first < silent.length; first += maxEndedAtOnce) {
      const some = silent.slice(first, first + maxEndedAtOnce)
      await Promise.all(some.filter(isOverdue).map((id) => end(id, () => isOverdue(id))))
    }
  }

  for (const { id, ttlSeconds } of await workspace.read((documents) =>
    documents.list('beats').map((entry) => entry.read()),
  ))
    beats.set(id, { ttlMs: ttlSeconds * 1000, at: times?.read(id) ?? now() })

  return {
    heard(id) {
      const beat = beats.get(id)
      if (beat) set(id, { ...beat, at: now() })
    },
    note: (id, ttlSeconds) => set(id, { ttlMs: ttlSeconds * 1000, at: now() }),
    async sweep(gapMs) {
      if (gapMs() > maxGapMs) return startAnew()
      if (isSweeping) return
      isSweeping = true
      try {
        await endSilent(gapMs)
      } catch (error) {
        log.warn(
          { err: error, reason: reasonOf(error) },
          'Sessions that are lost cannot be ended; trying again',
        )
      } finally {
        isSweeping = false
      }
    },
    remainingMs(id) {
      const beat = beats.get(id)
      return beat && Math.max(0, beat.at + beat.ttlMs - now())
    },
    nextDue: () =>
      beats.size === 0 ? undefined : Math.min(...[...beats.values()].map(({ at, ttlMs }) => at + ttlMs)),
  }
}

const workOff = async () => {
  for (let turn = 0; turn < drainTurns; turn++) await othersTurn()
}
