import type { SqlStorage } from '@cloudflare/workers-types'
import { parseTrusted } from '../../../schemas/json-text'
import type { WorkspaceDriver } from '../../driver'
import type { LoggedEvent } from '../../event'

/** The contract promises the last 10,000 events; older ones are deleted a thousand at a time. */
const retainedEvents = 10_000
const trimBatchSize = 1000

/** The event log, in SQLite. */
export const createEventLog = (sql: SqlStorage) => {
  /** The number after which events were begun to be counted. */
  const start = () => sql.exec<{ start: number }>('SELECT start FROM numbering').toArray()[0]?.start ?? 0
  const first = () =>
    sql.exec<{ number: number | null }>('SELECT min(number) AS number FROM events').one().number ??
    start() + 1
  const last = () =>
    sql.exec<{ number: number | null }>('SELECT max(number) AS number FROM events').one().number ?? start()

  const since = async (number: number): Promise<LoggedEvent[] | undefined> => {
    if (number > last() || number + 1 < first()) return undefined
    const rows = sql.exec<{ json: string }>(
      'SELECT json FROM events WHERE number > ? ORDER BY number',
      number,
    )
    return Array.from(rows, ({ json }) => parseTrusted<LoggedEvent>(json))
  }

  /** To be called within a transaction. */
  const append = (events: readonly LoggedEvent[]) => {
    for (const event of events) {
      sql.exec('INSERT INTO events (number, json) VALUES (?, ?)', event.number, JSON.stringify(event))
      if (event.number % trimBatchSize === 0)
        sql.exec('DELETE FROM events WHERE number <= ?', event.number - retainedEvents)
    }
  }

  const continueAfter = (number: number) => {
    sql.exec('INSERT OR REPLACE INTO numbering (single, start) VALUES (1, ?)', number)
    sql.exec('DELETE FROM events WHERE number <= ?', number)
  }

  const log: NonNullable<WorkspaceDriver['log']> = { last, since, continueAfter }
  return { log, append }
}
