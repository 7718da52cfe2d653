// Where the PostgreSQL driver is tried: PGlite, which is PostgreSQL in this process, and PostgreSQL itself.
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll } from 'vitest'
import type { WorkspaceDriver } from '../../storage/driver'
import { openPostgresDriver } from '../../storage/drivers/postgres/driver'
import { collect, type Opened, open, type Reported } from '../drivers/open'
import { missing, sql, startCluster } from './cluster'
import { freePort } from './port'
import { createWire, type Wire } from './wire'

export interface Database {
  name: string
  wire: Wire
  /** Makes an empty database, and gives its URL, through the wire. */
  create(): Promise<string>
  /** Why two connections do not get into each other's way; undefined if they do. */
  oneSession?: string
}

/** Those that there are here; they end with the test file. */
export const databases = async (): Promise<Database[]> =>
  Promise.all([pglite(), ...(missing() ? [] : [postgres()])])

const pglite = async (): Promise<Database> => {
  const db = await PGlite.create()
  const port = await freePort()
  const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 20 })
  await server.start()
  const wire = await createWire(port)
  afterAll(async () => {
    await wire.close()
    await server.stop()
    await db.close()
  })
  return {
    name: 'PGlite',
    wire,
    async create() {
      await db.exec('DROP SCHEMA IF EXISTS maestro CASCADE')
      return wire.through(`postgres://postgres:pa55word@127.0.0.1:${port}/postgres`)
    },
    oneSession: 'to PGlite all connections are one, which gets every lock',
  }
}

const postgres = async (): Promise<Database> => {
  const cluster = await startCluster()
  const wire = await createWire(cluster.port)
  afterAll(async () => {
    await wire.close()
    await cluster.remove()
  })
  return { name: 'PostgreSQL', wire, create: async () => wire.through(await cluster.createDatabase()) }
}

const self = { pid: process.pid, hostname: 'here' }

/** The driver on a database. */
export const driverOn = (url: string, reported: Reported[] = []): Promise<WorkspaceDriver> =>
  openPostgresDriver({ url, self, logger: collect(reported) })

/** A workspace on a database. */
export const openOn = async (url: string): Promise<Opened> => {
  const reported: Reported[] = []
  return open(await driverOn(url, reported), reported)
}

/** Every document in the database itself, by its key. */
export const documentsIn = async (url: string): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await sql(url, 'SELECT key, json FROM maestro.documents')).map(({ key, json }) => [
      key,
      JSON.parse(String(json)),
    ]),
  )
