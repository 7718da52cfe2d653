import { nameOf, openSession, type Query, reasonOf, type Session } from './session'
import { prepareTables } from './tables'

/** The server that has the database. */
export interface Owner {
  /** Of this run of the server: a UUID that is never used twice. */
  id: string
  pid: number
  hostname: string
}

/** A connection that has the database for itself, as long as it lasts. */
export interface Ownership {
  session: Session
  /** Which taking hold of the database this is: statements of an earlier one have no effect any more. */
  epoch: number
  /** How often something was stored, ever. */
  commits: number
}

/** The database was somebody else's meanwhile: what is in memory here need not be what is stored there. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError'
}

/** The connection of a server that was killed a moment ago may still be there: it has this long to go, in ms. */
const lockPatience = 2000
const pause = 50

/**
 * Takes the database for a server that starts, through an advisory lock, which goes with the connection. Throws
 * if the database cannot be reached, or another server has it.
 */
export const takeDatabase = (url: string, owner: Owner): Promise<Ownership> =>
  withSession(url, async (session) => {
    const { query } = session
    if (!(await lock(query))) throw new Error(await refusal(query, nameOf(url)))
    try {
      await prepareTables(query)
      return { session, ...(await signIn(query, owner, 'true')) }
    } catch (error) {
      throw new Error(`The database ${nameOf(url)} cannot be used: ${reasonOf(error)}`, { cause: error })
    }
  })

/**
 * Takes the database again after the connection to it was lost. Throws `TakenOverError` if another server has had
 * it in between, and other errors if it may go better later.
 */
export const retakeDatabase = (url: string, owner: Owner): Promise<Ownership> =>
  withSession(url, async (session) => {
    const { query } = session
    const signedIn = await whoIsSignedIn(query)
    if (signedIn?.owner !== owner.id) throw new TakenOverError(takenOver(nameOf(url), signedIn))
    // The database may not have noticed yet that the connection before this one is gone.
    const isLocked = await lock(query, () => query(endHolder, [signedIn.backend]))
    if (!isLocked) throw new Error(`The database ${nameOf(url)} is still locked by the connection before`)
    return { session, ...(await signIn(query, owner, 'owner = $1')) }
  })

const withSession = async (url: string, take: (session: Session) => Promise<Ownership>) => {
  const session = await openSession(url)
  try {
    return await take(session)
  } catch (error) {
    await session.end()
    throw error
  }
}

/** The letters of "maestro". PostgreSQL shows such a key in two halves. */
const lockKey = { high: 0x6d6165, low: 0x7374726f }

const lockStatement = `SELECT pg_try_advisory_lock((${lockKey.high}::bigint << 32) + ${lockKey.low}) AS ours`

/** Tells whether we got the lock. While somebody else has it, `inTheWay` is called. */
const lock = async (query: Query, inTheWay?: () => Promise<unknown>): Promise<boolean> => {
  for (let waited = 0; ; waited += pause) {
    const [row] = await query<{ ours: boolean }>(lockStatement)
    if (row?.ours || waited >= lockPatience) return row?.ours === true
    await inTheWay?.()
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** Ends a connection, if it is the one that has the lock. */
const endHolder = `SELECT pg_terminate_backend(pid) FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${lockKey.high} AND objid = ${lockKey.low} AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid = $1`

/** The database ends a connection if the other machine is silent for 10 + 3 × 5 seconds. */
const keepAlive =
  'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3'

/** Writes down who has the database. What is still under way for an earlier owner ends before that. */
const signIn = async (query: Query, { id, pid, hostname }: Owner, condition: string) => {
  await query(keepAlive)
  const [row] = await query<{ epoch: number; commits: string }>(
    `UPDATE maestro.server
      SET owner = $1, pid = $2, hostname = $3, backend = pg_backend_pid(), since = now(), epoch = epoch + 1
      WHERE ${condition} RETURNING epoch, commits`,
    [id, pid, hostname],
  )
  if (!row) throw new TakenOverError('another server took the database')
  return { epoch: row.epoch, commits: Number(row.commits) }
}

interface SignedIn {
  owner: string | null
  pid: number | null
  hostname: string | null
  backend: number | null
}

const whoIsSignedIn = async (query: Query): Promise<SignedIn | undefined> => {
  const [row] = await query<SignedIn>('SELECT owner, pid, hostname, backend FROM maestro.server')
  return row
}

const refusal = async (query: Query, database: string): Promise<string> => {
  const other = await whoIsSignedIn(query).catch(() => undefined)
  return `${describe(other)} is using the database ${database}. Stop it first, or start this one with another DATABASE_URL. If its machine is gone, the database notices within half a minute.`
}

const takenOver = (database: string, other: SignedIn | undefined) =>
  `${describe(other)} has used the database ${database} since the connection was lost; start this server again`

const describe = (other: SignedIn | undefined): string =>
  other?.pid == null ? 'Another server' : `Another server (process ${other.pid} on ${other.hostname})`
