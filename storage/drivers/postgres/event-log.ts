import { apiError } from '../../../schemas/errors'
import { parseTrusted } from '../../../schemas/json-text'
import type { WorkspaceDriver } from '../../driver'
import type { LoggedEvent } from '../../event'
import { connectionOptions, type Query, queryTimeoutMs, reasonOf } from './connection'
import type { GroupCommit } from './group-commit'

const { Pool } = await import('./library')

interface EventLogOptions {
  url: string
  /** The size of the pool: without the connection that writes. 0: reads share that one. */
  maxConnections: number
  groupCommit: Pick<GroupCommit, 'lastEvent' | 'lease'>
}

interface EventLog {
  log: NonNullable<WorkspaceDriver['log']>
  close(): Promise<void>
}

/** The event log. It is read through a connection pool of its own, so that catching up does not delay writes. */
export const createEventLog = ({ url, maxConnections, groupCommit }: EventLogOptions): EventLog => {
  const pool =
    maxConnections > 0
      ? new Pool({ ...connectionOptions(url), max: maxConnections, query_timeout: queryTimeoutMs })
      : undefined
  // An idle connection that breaks is replaced by the next query.
  pool?.on('error', () => undefined)

  const query: Query = async (text, values) => {
    if (pool) return (await pool.query(text, values && [...values])).rows
    const lease = groupCommit.lease()
    if (!lease) throw new Error('the connection to the database is lost')
    return lease.connection.query(text, values)
  }

  const since = async (number: number): Promise<LoggedEvent[] | undefined> => {
    const last = groupCommit.lastEvent()
    if (number >= last) return number === last ? [] : undefined
    // Only events that are known to be committed: a later one may still be rolled back.
    const rows = await query<{ json: string }>(
      'SELECT json FROM maestro.events WHERE number > $1 AND number <= $2 ORDER BY number',
      [number, last],
    ).catch((error) => {
      throw apiError('STORAGE_UNAVAILABLE', `The event log cannot be read: ${reasonOf(error)}`)
    })
    return rows.length === last - number ? rows.map(({ json }) => parseTrusted<LoggedEvent>(json)) : undefined
  }

  return {
    log: { last: groupCommit.lastEvent, since },
    close: async () => pool?.end(),
  }
}
