import type { Session, UpdateSessionRequest } from '../../schemas/session'
import type { TimelineType } from '../../schemas/timeline'
import type { Transaction } from '../transaction'
import { findSession } from './find'
import { timelineEntry } from './timeline'

/** Whether a timeline entry notes a question. */
export const isQuestion = ({ type }: { type: TimelineType }): boolean => type === 'needs_input'

/**
 * Sets or clears that a session waits for a person. The moment when it begins to wait is noted in its timeline, unless
 * the same request has noted it.
 */
export const setNeedsInput = (
  tx: Transaction,
  id: string,
  update: NonNullable<UpdateSessionRequest['needsInput']> | null,
  isNoted: boolean,
): void => {
  const { needsInput: before, ...session } = findSession(tx, id)
  const begins = update?.active === true && before?.active !== true
  const since = update?.since ?? (begins ? tx.now : before?.since)
  const needsInput = update?.active === true && since !== undefined ? { ...update, since } : update
  const entry = { type: 'needs_input' as const, message: update?.message }
  const after: Session = {
    ...session,
    ...(needsInput && { needsInput }),
    timeline: begins && !isNoted ? [timelineEntry(tx, entry)] : [],
  }
  tx.put('sessions', after)
}
