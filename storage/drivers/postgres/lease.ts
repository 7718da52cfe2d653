import { type Connection, databaseName, openConnection, type Query, reasonOf } from './connection'
import { migrateTables } from './tables'

/** A server, as the one that has the lease. */
export interface Owner {
  /** Of this run of the server: a UUID that is never used twice. */
  id: string
  pid: number
  hostname: string
}

/** The exclusive right to write to the database. It lasts as long as the connection, which holds the lock. */
export interface Lease {
  connection: Connection
  /** Counts the leases, as a fencing token: statements of an earlier lease have no effect any more. */
  epoch: number
  /** Counts the groups that were ever stored. */
  commits: number
}

/** Another server has had the lease meanwhile: what is in memory here need not be what is stored. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
}

/** PostgreSQL notices with a delay that the connection of a killed server is gone: how long we wait for the lock. */
const lockTimeoutMs = 2000
const lockPollMs = 50

/**
 * Acquires the lease for a server that starts, through an advisory lock, which ends with the connection. Throws
 * if the database cannot be reached, or another server has the lease.
 */
export const acquireLease = (url: string, owner: Owner): Promise<Lease> =>
  withConnection(url, async (connection) => {
    const { query } = connection
    if (!(await tryLock(query))) throw new Error(await databaseInUseMessage(query, databaseName(url)))
    try {
      await migrateTables(query)
      return { connection, ...(await recordHolder(query, owner, 'true')) }
    } catch (error) {
      throw new Error(`The database ${databaseName(url)} cannot be used: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  })

/**
 * Acquires the lease again after the connection was lost. Throws `LeaseLostError` if another server has had it in
 * between, and other errors if a later attempt may succeed.
 */
export const reacquireLease = (url: string, owner: Owner): Promise<Lease> =>
  withConnection(url, async (connection) => {
    const { query } = connection
    const holder = await readHolder(query)
    if (holder?.owner !== owner.id) throw new LeaseLostError(leaseLostMessage(databaseName(url), holder))
    // The database may not have noticed yet that the connection before this one is gone.
    const isLocked = await tryLock(query, () => query(terminateHolder, [holder.backend]))
    if (!isLocked)
      throw new Error(`The database ${databaseName(url)} is still locked by our connection before this one`)
    return { connection, ...(await recordHolder(query, owner, 'owner = $1')) }
  })

const withConnection = async (url: string, acquire: (connection: Connection) => Promise<Lease>) => {
  const connection = await openConnection(url)
  try {
    return await acquire(connection)
  } catch (error) {
    await connection.end()
    throw error
  }
}

/** The letters of "maestro". PostgreSQL shows such a key in two halves. */
const lockKey = { high: 0x6d6165, low: 0x7374726f }

const lockStatement = `SELECT pg_try_advisory_lock((${lockKey.high}::bigint << 32) + ${lockKey.low}) AS ours`

/** Whether we got the lock, within `lockTimeoutMs`. As long as another connection has it, `onLocked` is called. */
const tryLock = async (query: Query, onLocked?: () => Promise<unknown>): Promise<boolean> => {
  for (let waitedMs = 0; ; waitedMs += lockPollMs) {
    const [row] = await query<{ ours: boolean }>(lockStatement)
    if (row?.ours || waitedMs >= lockTimeoutMs) return row?.ours === true
    await onLocked?.()
    await new Promise((resolve) => setTimeout(resolve, lockPollMs))
  }
}

/** Ends a connection, if it is the one that has the lock. */
const terminateHolder = `SELECT pg_terminate_backend(pid) FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${lockKey.high} AND objid = ${lockKey.low} AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid = $1`

/** The database ends a connection if the other machine is silent for 10 + 3 × 5 seconds. */
const keepAlive =
  'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3'

/**
 * Records who has the lease, under a new epoch. A statement of an earlier lease that still runs has the row
 * locked, so it ends before this.
 */
const recordHolder = async (query: Query, { id, pid, hostname }: Owner, condition: string) => {
  await query(keepAlive)
  const [row] = await query<{ epoch: number; commits: string }>(
    `UPDATE maestro.server
      SET owner = $1, pid = $2, hostname = $3, backend = pg_backend_pid(), since = now(), epoch = epoch + 1
      WHERE ${condition} RETURNING epoch, commits`,
    [id, pid, hostname],
  )
  if (!row) throw new LeaseLostError('another server took the database')
  return { epoch: row.epoch, commits: Number(row.commits) }
}

interface Holder {
  owner: string | null
  pid: number | null
  hostname: string | null
  backend: number | null
}

const readHolder = async (query: Query): Promise<Holder | undefined> => {
  const [row] = await query<Holder>('SELECT owner, pid, hostname, backend FROM maestro.server')
  return row
}

const databaseInUseMessage = async (query: Query, database: string): Promise<string> => {
  const holder = await readHolder(query).catch(() => undefined)
  return `${describeHolder(holder)} is using the database ${database}. Stop it first, or start this one with another DATABASE_URL. If its machine is gone, the database notices within half a minute.`
}

const leaseLostMessage = (database: string, holder: Holder | undefined) =>
  `${describeHolder(holder)} has used the database ${database} since the connection was lost; start this server again`

const describeHolder = (holder: Holder | undefined): string =>
  holder?.pid == null ? 'Another server' : `Another server (process ${holder.pid} on ${holder.hostname})`
