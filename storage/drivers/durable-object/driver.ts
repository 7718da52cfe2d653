import type { DurableObjectStorage } from '@cloudflare/workers-types'
import type { Documents } from '../../documents'
import type { Batch, DriverStatus, WorkspaceDriver } from '../../driver'
import { entityKindOfKey } from '../../kinds'
import { type Alarm, createAlarm } from './alarm'
import { createSqlDocuments } from './documents'
import { createEventLog } from './event-log'
import { migrateDocuments, refuseLaterFormat } from './format'
import { createOutbox, type KvMirror } from './outbox'
import { refuseTooLarge, refuseTooLargeDocument } from './row-limit'
import { createRows } from './rows'
import { readWhole } from './stored-items'
import { createTables } from './tables'

interface DurableObjectDriverOptions {
  storage: DurableObjectStorage
  mirror: KvMirror
  /** The time, in Unix milliseconds. */
  clock: () => number
}

export interface DurableObjectDriver extends WorkspaceDriver {
  documents: Documents
  commit(batch: Batch): Promise<void>
  /** The object's one alarm. */
  alarm: Alarm
  /** Copies the changes that are due to the mirror. To be called when the object's alarm rings. */
  mirrorChanges(): Promise<void>
  /** What is told in `status`, instead of what was told before. */
  setProblems(problems: NonNullable<DriverStatus['problems']>): void
}

/**
 * Keeps a workspace in a Durable Object's SQLite: documents and events of a batch in one transaction, and with
 * them the outbox of changes for the mirror in Workers KV.
 */
export const durableObjectDriver = ({
  storage,
  mirror,
  clock,
}: DurableObjectDriverOptions): DurableObjectDriver => {
  const { sql } = storage
  refuseLaterFormat(sql)
  const alarm = createAlarm(storage)
  const { rows, log, append, outbox, addToOutbox } = storage.transactionSync(() =>
    openTables({ storage, alarm, mirror, clock }),
  )
  let problems: NonNullable<DriverStatus['problems']> = []
  let failed = false
  let batchWindow: Promise<void> | undefined

  /**
   * The runtime makes durable together what an object writes in one turn of its event loop: changes wait for the
   * next turn, so that all requests of this one share a commit.
   */
  const awaitBatchWindow = () => {
    batchWindow ??= new Promise((resolve) => {
      setTimeout(() => {
        batchWindow = undefined
        resolve()
      }, 0)
    })
    return batchWindow
  }

  const write = ({ puts, removes, events }: Batch) => {
    for (const document of puts) rows.put(document)
    for (const key of removes) rows.remove(key)
    rows.refresh()
    for (const key of [...puts.map((put) => put.key), ...removes]) addToOutbox(key)
    append(events)
  }

  const commit = async (batch: Batch) => {
    if (failed) throw new Error('a change before this one could not be stored')
    try {
      refuseOversized(batch)
      storage.transactionSync(() => write(batch))
    } catch (error) {
      // Changes that are made before our caller learns of it are built on this one: they fail, too.
      failed = true
      queueMicrotask(() => {
        failed = false
      })
      throw error
    }
    outbox.schedule()
    await storage.sync()
  }

  const readJson = (key: string) => readWhole(sql, key) ?? null

  const quarantined = () =>
    Array.from(
      sql.exec<{ key: string; reason: string }>('SELECT key, reason FROM quarantine'),
      ({ key, reason }) => ({ file: `quarantine, key ${key}`, reason }),
    )

  const store = (change: Partial<Batch>) => commit({ puts: [], removes: [], events: [], ...change })

  outbox.schedule()
  return {
    name: 'durable-object',
    documents: createSqlDocuments(sql),
    awaitBatchWindow,
    commit,
    log,
    alarm,
    mirrorChanges: outbox.flush,
    setProblems(now) {
      problems = now
    },
    status: () => ({ quarantined: quarantined(), problems, freeBytes: null, follower: outbox.status() }),

    hasItem: (key) => sql.exec('SELECT 1 FROM documents WHERE key = ?', key).toArray().length > 0,
    getItem: (key) => readJson(key),
    getItemRaw: (key) => readJson(key),
    getKeys: (base = '') =>
      sql
        .exec<{ key: string }>(
          'SELECT key FROM documents WHERE substr(key, 1, ?) = ? ORDER BY key',
          base.length,
          base,
        )
        .toArray()
        .map(({ key }) => key),
    setItem: (key, json) => store({ puts: [{ key, json }] }),
    setItemRaw: (key, json) => store({ puts: [{ key, json: String(json) }] }),
    removeItem: (key) => store({ removes: [key] }),
  }
}

/** What an earlier version has left is brought up to date. To be called within a transaction. */
const openTables = ({ storage, alarm, mirror, clock }: DurableObjectDriverOptions & { alarm: Alarm }) => {
  const { sql } = storage
  createTables(sql)
  const rows = createRows(sql)
  const { log, append } = createEventLog(sql)
  const outbox = createOutbox({ storage, alarm, mirror, clock, lastEvent: log.last })
  /** What the server keeps for itself is nobody's to read in the mirror. */
  const addToOutbox = (key: string) => {
    if (entityKindOfKey(key) !== undefined) outbox.add(key)
  }
  migrateDocuments(sql, {
    put(document) {
      rows.put(document)
      addToOutbox(document.key)
    },
    quarantine(key, json, reason) {
      sql.exec('INSERT INTO quarantine (key, json, reason) VALUES (?, ?, ?)', key, json, reason)
      rows.remove(key)
      addToOutbox(key)
    },
    reindex: rows.reindex,
  })
  rows.refresh()
  return { rows, log, append, outbox, addToOutbox }
}

const refuseOversized = ({ puts, events }: Batch) => {
  for (const document of puts) refuseTooLargeDocument(document)
  for (const { name, data } of events) if (data !== undefined) refuseTooLarge(name, data)
}
