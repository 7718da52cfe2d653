import type { Session } from '../../schemas/session'
import type { SessionEvent, SessionTimelineEvent, TimelineType } from '../../schemas/timeline'
import type { Transaction } from '../transaction'
import type { SessionHead } from './find'

type WithoutOrigin<T> = Omit<T, 'id' | 'timestamp'> & {
  id?: string | undefined
  timestamp?: number | undefined
}

/** A timeline entry, with an id and the time if it has none. */
export const timelineEntry = (
  tx: Transaction,
  { id, timestamp, type, message, taskId, metadata }: WithoutOrigin<EntryFields>,
): SessionTimelineEvent => ({
  id: id ?? tx.newId('evt'),
  type,
  timestamp: timestamp ?? tx.now,
  ...(message !== undefined && { message }),
  ...(taskId !== undefined && { taskId }),
  ...(metadata !== undefined && { metadata }),
})

/** A session event, with an id and the time if it has none. */
export const sessionEvent = (
  tx: Transaction,
  { id, timestamp, type, data }: WithoutOrigin<Pick<SessionEvent, 'id' | 'timestamp' | 'type' | 'data'>>,
): SessionEvent => ({
  id: id ?? tx.newId('evt'),
  timestamp: timestamp ?? tx.now,
  type,
  ...(data !== undefined && { data }),
})

type EntryFields = Pick<SessionTimelineEvent, 'id' | 'timestamp' | 'type' | 'message' | 'taskId' | 'metadata'>

/** Those that the list of a session does not have yet, by their ids. */
export const newItems = <T extends { id: string }>(
  tx: Transaction,
  sessionId: string,
  list: 'events' | 'timeline',
  additions: readonly T[],
): T[] => {
  const ids = new Set<string>()
  return additions.filter(({ id }) => {
    const isNew = !ids.has(id) && !tx.hasItem('sessions', sessionId, list, id)
    ids.add(id)
    return isNew
  })
}

/** A timeline entry as it is noted: `progress` unless it says otherwise. */
interface NewEntry {
  type?: TimelineType | undefined
  message?: string | undefined
  taskId?: string | undefined
  metadata?: Record<string, unknown> | undefined
}

/** A session that is to be put with more entries at the end of its timeline. */
export const withEntries = (
  tx: Transaction,
  session: SessionHead,
  entries: readonly NewEntry[],
): Session => ({
  ...session,
  lastActivity: tx.now,
  timeline: entries.map((entry) => timelineEntry(tx, { ...entry, type: entry.type ?? 'progress' })),
})

/** Adds entries to a session's timeline. */
export const addTimelineEntries = (
  tx: Transaction,
  session: SessionHead,
  entries: readonly NewEntry[],
): void => {
  tx.put('sessions', withEntries(tx, session, entries))
  tx.emitState('session:updated', session.id)
}

/** Adds an entry to a session's timeline. */
export const addTimelineEntry = (tx: Transaction, session: SessionHead, entry: NewEntry): void =>
  addTimelineEntries(tx, session, [entry])
