import { randomUUID } from 'node:crypto'
import type { Batch, DriverStatus, WorkspaceDriver } from '../../driver'
import type { Logger } from '../../loading'
import { type Connection, databaseName, reasonOf } from './connection'
import { createEventLog } from './event-log'
import { createGroupCommit } from './group-commit'
import { jsonOf } from './held-document'
import { acquireLease, type Owner, reacquireLease } from './lease'
import { readDocuments, readLastEvent } from './queries'
import { createSecret, readSecret } from './secret'

interface PostgresDriverOptions {
  /** `postgres://user:password@host:port/database?ssl=true&max=10` */
  url: string
  /** Who we are, in the message to a second server that tries to start. */
  self: Pick<Owner, 'pid' | 'hostname'>
  logger: Logger
}

/** The number of connections where the URL does not set it with `max`. */
const defaultMaxConnections = 10

/**
 * Keeps documents and events in PostgreSQL, under a lease: one connection holds a lock on the database and writes
 * everything. Throws if the database cannot be reached, or another server has the lease.
 *
 * All documents of the database are also in memory: they answer reads, and a change that failed is rolled back
 * to them.
 */
export const openPostgresDriver = async ({
  url,
  self,
  logger,
}: PostgresDriverOptions): Promise<WorkspaceDriver> => {
  const maxConnections = maxConnectionsOf(url)
  const owner = { id: randomUUID(), ...self }
  const firstLease = await acquireLease(url, owner)
  const { contents, lastEvent, secret } = await readAll(firstLease.connection)
  const groupCommit = createGroupCommit({
    firstLease,
    reacquire: () => reacquireLease(url, owner),
    contents,
    lastEvent,
    logger,
  })
  const { log, close } = createEventLog({ url, maxConnections: maxConnections - 1, groupCommit })
  const quarantined: DriverStatus['quarantined'][number][] = []
  const quarantining: Promise<unknown>[] = []

  const quarantine = (key: string, reason: string): string => {
    const held = contents.get(key)
    contents.delete(key)
    const stored = held && 'parts' in held ? held.parts.head : held?.json
    const file = `maestro.quarantine, key ${key}`
    quarantined.push({ file, reason })
    quarantining.push(
      firstLease.connection
        .query(quarantineStatement, [key, stored, reason, held && jsonOf(held)])
        .catch((error) =>
          // The next start finds it again, and tries again.
          logger.error({ file, problem: reasonOf(error) }, 'A document could not be set aside'),
        ),
    )
    return file
  }

  const store = (change: Partial<Batch>) =>
    groupCommit.commit({ puts: [], removes: [], events: [], ...change })

  return {
    name: 'maestro-postgres',
    options: { database: databaseName(url) },
    getItem(key) {
      const held = contents.get(key)
      return held ? jsonOf(held) : null
    },
    hasItem: (key) => contents.has(key),
    getKeys: (base = '') => [...contents.keys()].filter((key) => key.startsWith(base)),
    setItem: (key, json) => store({ puts: [{ key, json }] }),
    removeItem: (key) => store({ removes: [key] }),
    commit: groupCommit.commit,
    log,
    quarantine,
    secret: createSecret(url, secret),
    unavailable: groupCommit.unavailableReason,
    status: () => ({ quarantined, freeBytes: null }),
    async dispose() {
      await Promise.all(quarantining)
      await Promise.all([groupCommit.close(), close()])
    },
  }
}

const readAll = async ({ query, end }: Connection) => {
  try {
    return {
      contents: await readDocuments(query),
      lastEvent: await readLastEvent(query),
      secret: await readSecret(query),
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Moves a document only if it still is what was read: one that was repaired by hand meanwhile stays. */
const quarantineStatement = `
  WITH
    moved AS (DELETE FROM maestro.documents WHERE key = $1 AND json = $2 RETURNING key),
    emptied AS (DELETE FROM maestro.items WHERE key = $1 AND EXISTS (SELECT FROM moved))
  INSERT INTO maestro.quarantine (key, json, reason) SELECT key, $4, $3 FROM moved`

const maxConnectionsOf = (url: string): number => {
  const given = new URL(url).searchParams.get('max') ?? `${defaultMaxConnections}`
  if (/^[1-9]\d*$/.test(given)) return Number(given)
  throw new Error(`DATABASE_URL: max must be a whole number above 0, not ${JSON.stringify(given)}`)
}
