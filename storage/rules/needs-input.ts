import type { InboxRequest } from '../../schemas/request'
import type { UpdateSessionRequest } from '../../schemas/session'
import type { TimelineType } from '../../schemas/timeline'
import type { Transaction } from '../transaction'
import { findSession } from './find'
import { addTimelineEntry } from './timeline'

/** Whether a timeline entry notes a question. */
export const isQuestion = ({ type }: { type: TimelineType }): boolean => type === 'needs_input'

/** The requests of a session that nobody has answered yet, oldest first. */
export const openRequests = (tx: Transaction, sessionId: string): InboxRequest[] =>
  tx.list('requests', { openOf: sessionId })

/**
 * Sets or clears that a session waits for a person. The moment when it begins to wait is noted in its timeline, unless
 * the same request has noted it. While a request is open, that is what it waits for, whatever else is said.
 */
export const setNeedsInput = (
  tx: Transaction,
  id: string,
  update: NonNullable<UpdateSessionRequest['needsInput']> | null,
  isNoted: boolean,
): void => {
  const [asked] = openRequests(tx, id)
  const wanted = asked ? { active: true, message: asked.title } : update
  const { needsInput: before, ...session } = findSession(tx, id)
  const begins = wanted?.active === true && before?.active !== true
  const since = update?.since ?? (begins ? tx.now : before?.since)
  const needsInput = wanted?.active === true && since !== undefined ? { ...wanted, since } : wanted
  const after = { ...session, ...(needsInput && { needsInput }) }
  if (begins && !isNoted)
    addTimelineEntry(tx, after, { type: 'needs_input', message: wanted.message, taskId: asked?.taskId })
  else tx.put('sessions', after)
}

/** A session says that it waits as long as one of its requests is open, and for what the oldest one asks. */
export const syncNeedsInput = (tx: Transaction, id: string): void => {
  const { needsInput } = findSession(tx, id)
  const [asked] = openRequests(tx, id)
  if (asked ? needsInput?.active && needsInput.message === asked.title : !needsInput?.active) return
  setNeedsInput(tx, id, needsInput ? { ...needsInput, active: false } : null, false)
  tx.put('sessions', { ...findSession(tx, id), lastActivity: tx.now })
  tx.emitState('session:updated', id)
}
