/** Sessions that beat: only they can be lost. */
import { defaultTtlSeconds } from '../../schemas/heartbeat'
import type { UpdateSessionRequest } from '../../schemas/session'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { endSession } from './endings'
import { findSession, type Reader } from './find'
import { livingStatus, requireLiving } from './living'

/**
 * Notes that a living session beats, and returns after how many seconds without a heartbeat it is lost. Only the first
 * heartbeat, and one with another ttl, changes what is stored: nothing that anybody else sees.
 */
export const noteBeat = (tx: Transaction, id: string, ttlSeconds: number | undefined): number => {
  findSession(tx, id, 'NOT_FOUND')
  requireLiving(tx, id)
  const before = tx.get('beats', id)
  const ttl = ttlSeconds ?? before?.ttlSeconds ?? defaultTtlSeconds
  if (before?.ttlSeconds !== ttl)
    tx.put('beats', { id, createdAt: before?.createdAt ?? tx.now, ttlSeconds: ttl })
  return ttl
}

/**
 * What becomes of an update by a desktop application, one of which stops at its start whatever it has no terminal for: a
 * session that beats goes on, and notes it.
 */
export const withoutStop = (
  reader: Reader,
  id: string,
  update: UpdateSessionRequest,
): UpdateSessionRequest => {
  if (update.status !== 'stopped' || reader.get('beats', id) === undefined) return update
  const { status: _status, endReason: _reason, timeline = [], ...rest } = update
  const message = 'A desktop application asked to stop it: it goes on, since its process lives'
  return { ...rest, timeline: [...timeline, { type: 'progress', message }] }
}

/** Ends a session whose heartbeats have stopped. One that has ended, or never beat, stays as it is. */
export function* loseSession(tx: Transaction, id: string): Steps {
  const beat = tx.get('beats', id)
  if (!beat) return
  if (livingStatus(tx, id) !== undefined)
    yield* endSession(tx, id, { cause: 'lost', reason: `no heartbeat came for ${beat.ttlSeconds} s` })
  else tx.remove('beats', id)
}
