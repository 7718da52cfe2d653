import { randomUUID } from 'node:crypto'
import type { Batch, DriverStatus, WorkspaceDriver } from '../../driver'
import type { Logger } from '../../loading'
import { createCommits } from './commits'
import { createEventLog } from './event-log'
import { type Owner, retakeDatabase, takeDatabase } from './ownership'
import { nameOf, reasonOf, type Session } from './session'
import { readDocuments, readLastEvent } from './stored'

interface Settings {
  /** `postgres://user:password@host:port/database?ssl=true&max=10` */
  url: string
  /** What a second server is told of this one. */
  self: Pick<Owner, 'pid' | 'hostname'>
  logger: Logger
}

/** How many connections there may be, where the URL does not say: `max`. */
const defaultConnections = 10

/**
 * Keeps documents and events in PostgreSQL, and takes the database for itself: through one connection that holds
 * a lock and stores everything. Throws if the database cannot be reached, or another server has it.
 *
 * What the database holds is also held in memory: it answers reads, and is what a change that failed is taken
 * back to.
 */
export const openPostgresDriver = async ({ url, self, logger }: Settings): Promise<WorkspaceDriver> => {
  const connections = connectionsOf(url)
  const owner = { id: randomUUID(), ...self }
  const first = await takeDatabase(url, owner)
  const { contents, lastEvent } = await readAll(first.session)
  const commits = createCommits({
    first,
    retake: () => retakeDatabase(url, owner),
    contents,
    lastEvent,
    logger,
  })
  const { log, close } = createEventLog({ url, connections: connections - 1, commits })
  const quarantined: DriverStatus['quarantined'][number][] = []
  const moves: Promise<unknown>[] = []

  const quarantine = (key: string, reason: string): string => {
    const json = contents.get(key)
    contents.delete(key)
    const file = `maestro.quarantine, key ${key}`
    quarantined.push({ file, reason })
    moves.push(
      first.session.query(moveAside, [key, json, reason]).catch((error) =>
        // It is found again at the next start.
        logger.error({ file, problem: reasonOf(error) }, 'A document could not be set aside'),
      ),
    )
    return file
  }

  const store = (change: Partial<Batch>) => commits.commit({ puts: [], removes: [], events: [], ...change })

  return {
    name: 'maestro-postgres',
    options: { database: nameOf(url) },
    getItem: (key) => contents.get(key) ?? null,
    hasItem: (key) => contents.has(key),
    getKeys: (base = '') => [...contents.keys()].filter((key) => key.startsWith(base)),
    setItem: (key, json) => store({ puts: [{ key, json }] }),
    removeItem: (key) => store({ removes: [key] }),
    commit: commits.commit,
    log,
    quarantine,
    status: () => ({ quarantined, freeBytes: null }),
    async dispose() {
      await Promise.all(moves)
      await Promise.all([commits.close(), close()])
    },
  }
}

const readAll = async ({ query, end }: Session) => {
  try {
    return { contents: await readDocuments(query), lastEvent: await readLastEvent(query) }
  } catch (error) {
    await end()
    throw error
  }
}

/** Only what was read: if somebody has put it right meanwhile, it stays. */
const moveAside = `
  WITH moved AS (DELETE FROM maestro.documents WHERE key = $1 AND json = $2 RETURNING key, json)
  INSERT INTO maestro.quarantine (key, json, reason) SELECT key, json, $3 FROM moved`

const connectionsOf = (url: string): number => {
  const given = new URL(url).searchParams.get('max') ?? `${defaultConnections}`
  if (/^[1-9]\d*$/.test(given)) return Number(given)
  throw new Error(`DATABASE_URL: max must be a whole number above 0, not ${JSON.stringify(given)}`)
}
