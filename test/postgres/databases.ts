// Where the PostgreSQL driver is tried: PostgreSQL itself or, where that is not installed, PGlite, which is it in this process.
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll } from 'vitest'
import type { WorkspaceDriver } from '../../storage/driver'
import { openPostgresDriver } from '../../storage/drivers/postgres/driver'
import { collectLogs, type LogRecord, type Opened, open } from '../drivers/open'
import { missingReason, sql, startCluster } from './cluster'
import { createFaultyProxy, type FaultyProxy } from './faulty-proxy'
import { freePort } from './port'

export interface Database {
  name: string
  proxy: FaultyProxy
  /** Makes an empty database, and gives its URL, through the proxy. */
  create(): Promise<string>
  /** Why two connections do not get into each other's way; undefined if they do. */
  sharedConnection?: string
}

let made: Promise<Database[]> | undefined

/** The one that there is here: it ends with the test file, and all that it imports shares it. */
export const databases = (): Promise<Database[]> => {
  made ??= Promise.all([missingReason() ? pglite() : postgres()])
  return made
}

const pglite = async (): Promise<Database> => {
  const db = await PGlite.create()
  const port = await freePort()
  const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 20 })
  await server.start()
  const proxy = await createFaultyProxy(port)
  afterAll(async () => {
    await proxy.close()
    await server.stop()
    await db.close()
  })
  return {
    name: 'PGlite',
    proxy,
    async create() {
      await db.exec('DROP SCHEMA IF EXISTS maestro CASCADE')
      return proxy.through(`postgres://postgres:pa55word@127.0.0.1:${port}/postgres`)
    },
    sharedConnection: 'to PGlite all connections are one, which gets every lock',
  }
}

const postgres = async (): Promise<Database> => {
  const cluster = await startCluster()
  const proxy = await createFaultyProxy(cluster.port)
  afterAll(async () => {
    await proxy.close()
    await cluster.remove()
  })
  return { name: 'PostgreSQL', proxy, create: async () => proxy.through(await cluster.createDatabase()) }
}

const self = { pid: process.pid, hostname: 'here' }

/** The driver on a database. */
export const driverOn = (url: string, logged: LogRecord[] = []): Promise<WorkspaceDriver> =>
  openPostgresDriver({ url, self, logger: collectLogs(logged) })

/** A workspace on a database. */
export const openOn = async (url: string): Promise<Opened> => {
  const logged: LogRecord[] = []
  const driver = await driverOn(url, logged)
  return open(driver, logged).catch(async (error) => {
    // A server ends then, and its connections with it.
    await driver.dispose?.()
    throw error
  })
}

/** Every document in the database itself, by its key. */
export const documentsIn = async (url: string): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await sql(url, documentsStatement)).map(({ key, json }) => [key, JSON.parse(String(json))]),
  )

/** Of a long one, each list is the items that are rows of their own. */
const documentsStatement = `
  SELECT key, CASE WHEN lists IS NULL THEN json ELSE (
    SELECT json::jsonb || jsonb_object_agg(list, (
      SELECT coalesce(jsonb_agg(items.json::jsonb ORDER BY position), '[]') FROM maestro.items
      WHERE items.key = documents.key AND items.list = names.list))
    FROM jsonb_object_keys(lists::jsonb) AS names (list))::text END AS json
  FROM maestro.documents`
