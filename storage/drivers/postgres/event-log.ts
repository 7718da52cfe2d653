import { Pool } from 'pg'
import { apiError } from '../../../schemas/errors'
import type { WorkspaceDriver } from '../../driver'
import type { LoggedEvent } from '../../event'
import type { Commits } from './commits'
import { answerPatience, connectionTo, type Query, reasonOf } from './session'

interface Settings {
  url: string
  /** How many connections there may be, besides the one that writes. */
  connections: number
  commits: Pick<Commits, 'lastEvent' | 'now'>
}

interface EventLog {
  log: NonNullable<WorkspaceDriver['log']>
  close(): Promise<void>
}

/** The event log. Who catches up does not keep others from writing: it is read over connections of its own. */
export const createEventLog = ({ url, connections, commits }: Settings): EventLog => {
  const pool =
    connections > 0
      ? new Pool({ ...connectionTo(url), max: connections, query_timeout: answerPatience })
      : undefined
  // An idle connection that breaks is replaced by the next query.
  pool?.on('error', () => undefined)

  const query: Query = async (text, values) => {
    if (pool) return (await pool.query(text, values && [...values])).rows
    const ownership = commits.now()
    if (!ownership) throw new Error('the database is not at hand')
    return ownership.session.query(text, values)
  }

  const since = async (number: number): Promise<LoggedEvent[] | undefined> => {
    const last = commits.lastEvent()
    if (number >= last) return number === last ? [] : undefined
    // What may have to be taken back is not told: only what is known to be stored.
    const rows = await query<{ json: string }>(
      'SELECT json FROM maestro.events WHERE number > $1 AND number <= $2 ORDER BY number',
      [number, last],
    ).catch((error) => {
      throw apiError('STORAGE_UNAVAILABLE', `The event log cannot be read: ${reasonOf(error)}`)
    })
    return rows.length === last - number ? rows.map(({ json }) => JSON.parse(json)) : undefined
  }

  return {
    log: { last: commits.lastEvent, since },
    close: async () => pool?.end(),
  }
}
