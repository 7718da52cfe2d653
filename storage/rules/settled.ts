import type { Transaction } from '../transaction'

/** The contract says that so many settled ones of a session stay, the newest. */
const maxSettled = 1000

/**
 * Drops the oldest settled requests or messages of a session where there are too many, but none that is newer than
 * what this change settles, which stays: its event is still to be told.
 */
export const dropOldSettled = (
  tx: Transaction,
  kind: 'requests' | 'messages',
  { sessionId, createdAt }: { sessionId: string; createdAt: number },
): void => {
  const where = { settledOf: sessionId }
  const excess = tx.count(kind, where) - maxSettled
  if (excess <= 0) return
  for (const { id, created } of tx.oldestIds(kind, excess, where))
    if (created <= createdAt) tx.remove(kind, id)
}

/** The same once a session has ended, and all that it had open is settled: none but the newest stay. */
export const dropOldEnded = (
  tx: Transaction,
  kind: 'requests' | 'messages',
  sessionId: string,
  justSettled: readonly { id: string; createdAt: number }[],
): void => {
  const where = { settledOf: sessionId }
  const excess = tx.count(kind, where) - maxSettled
  if (excess <= 0) return
  const settled = [
    ...tx.oldestIds(kind, excess, where),
    ...justSettled.map(({ id, createdAt }) => ({ id, created: createdAt })),
  ].sort((a, b) => a.created - b.created)
  for (const { id } of settled.slice(0, excess)) tx.remove(kind, id)
}

/** Removes all requests or messages of a session that is deleted. */
export const dropAllOf = (tx: Transaction, kind: 'requests' | 'messages', sessionId: string): void => {
  const where = { sessionId }
  for (const { id } of tx.oldestIds(kind, tx.count(kind, where), where)) tx.remove(kind, id)
}
