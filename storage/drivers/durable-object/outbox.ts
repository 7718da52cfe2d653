import type { DurableObjectStorage } from '@cloudflare/workers-types'
import { reasonOf } from '../../reason'
import type { Alarm } from './alarm'
import { readWhole } from './stored-items'

/** Workers KV takes one write a second to a key. */
const writeIntervalMs = 1000
/** A long document is copied less often: once a second for each MiB. */
const charactersInInterval = 1024 * 1024
const maxIntervals = 60
/** Exponential backoff: the delay before a key that KV refused is tried again doubles up to this. */
const maxRetryDelayMs = 5 * 60_000
/** How many keys an alarm copies: it may make a thousand calls in all. The rest waits for the next alarm. */
const batchSize = 500
/** How many keys are copied at a time: a Worker may have six connections open. */
const concurrency = 6

/** What a copy in the mirror tells of the whole mirror at that time. */
export interface MirrorPosition {
  /** The number of the last event of the workspace. */
  lastEvent: number
  /** All changes up to the event of this number are in the mirror. */
  completeTo: number
}

/** Where the documents are copied to: Workers KV. */
export interface KvMirror {
  put(key: string, json: string, position: MirrorPosition): Promise<void>
  delete(key: string): Promise<void>
  /** Records a position that no copy tells. */
  mark(position: MirrorPosition): Promise<void>
}

export interface OutboxStatus {
  /** How many keys are out of date in the mirror. */
  keys: number
  /** For how long the oldest of them has been, in milliseconds. */
  milliseconds: number
  /** The error of the last copy that failed, if nothing was copied since. */
  problem?: string
}

const intervalOf = (json = ''): number =>
  writeIntervalMs * Math.min(maxIntervals, Math.max(1, Math.ceil(json.length / charactersInInterval)))

type Row = { key: string; change: number; attempts: number }

interface OutboxOptions {
  storage: DurableObjectStorage
  alarm: Alarm
  mirror: KvMirror
  /** The time, in Unix milliseconds. */
  clock: () => number
  /** The number of the last event. */
  lastEvent: () => number
}

/**
 * A transactional outbox: the key of every change is put into a table in the change's own transaction, and its
 * document copied to the mirror later, at most once a second a key, retried until that succeeds. Changes of a key
 * are coalesced: what is copied is its state at that time, so that a copy is idempotent.
 */
export const createOutbox = ({ storage, alarm, mirror, clock, lastEvent }: OutboxOptions) => {
  const { sql } = storage
  let flushing = false
  let problem: string | undefined
  /** Up to which event the mirror tells that it is complete. */
  let toldCompleteTo = 0

  /** To be called within a transaction, before the events of the change are in the log. */
  const add = (key: string) =>
    sql.exec(
      `INSERT INTO mirror_outbox (key, change, since, due, attempts, event) VALUES (?, 1, ?, ?, 0, ?)
       ON CONFLICT (key) DO UPDATE SET change = change + 1`,
      ...[key, clock(), clock(), lastEvent()],
    )

  /** Where the mirror will be when this key is copied; without one, where it is. */
  const positionWith = (key = ''): MirrorPosition => {
    const last = lastEvent()
    const oldest = sql
      .exec<{ event: number }>('SELECT event FROM mirror_outbox WHERE key <> ? ORDER BY event LIMIT 1', key)
      .toArray()[0]
    return { lastEvent: last, completeTo: oldest?.event ?? last }
  }

  /** Sets the alarm for the keys that wait. */
  const schedule = () => {
    if (flushing) return
    const due = sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM mirror_outbox').one().due
    alarm.set('mirror', due === null ? undefined : Math.max(due, clock() + writeIntervalMs))
  }

  /** Copies the keys that are due. Never rejects: a key that cannot be copied stays in the outbox. */
  const flush = async () => {
    flushing = true
    const rows = sql
      .exec<Row>(
        'SELECT key, change, attempts FROM mirror_outbox WHERE due <= ? ORDER BY due LIMIT ?',
        clock(),
        batchSize,
      )
      .toArray()
      .values()
    const copyQueued = async () => {
      for (const row of rows) await copy(row)
    }
    try {
      await Promise.all(Array.from({ length: concurrency }, copyQueued))
      await markPosition()
    } finally {
      flushing = false
      schedule()
    }
  }

  /** Copies that were made at the same time could not know of each other, and a key that was removed tells nothing. */
  const markPosition = async () => {
    const position = positionWith()
    if (position.completeTo <= toldCompleteTo) return
    try {
      await mirror.mark(position)
      toldCompleteTo = position.completeTo
    } catch (error) {
      problem = reasonOf(error)
    }
  }

  const copy = async ({ key, change, attempts }: Row) => {
    try {
      const json = readWhole(sql, key)
      const position = positionWith(key)
      await (json !== undefined ? mirror.put(key, json, position) : mirror.delete(key))
      if (json !== undefined) toldCompleteTo = Math.max(toldCompleteTo, position.completeTo)
      problem = undefined
      // A key that changed meanwhile stays, for the next alarm.
      sql.exec('DELETE FROM mirror_outbox WHERE key = ? AND change = ?', key, change)
      sql.exec(
        'UPDATE mirror_outbox SET since = ?, due = ?, attempts = 0, event = ? WHERE key = ?',
        ...[clock(), clock() + intervalOf(json), position.lastEvent, key],
      )
    } catch (error) {
      problem = reasonOf(error)
      const due = clock() + Math.min(writeIntervalMs * 2 ** attempts, maxRetryDelayMs)
      sql.exec('UPDATE mirror_outbox SET attempts = attempts + 1, due = ? WHERE key = ?', due, key)
    }
  }

  const status = (): OutboxStatus => {
    const { keys, since } = sql
      .exec<{ keys: number; since: number | null }>(
        'SELECT count(*) AS keys, min(since) AS since FROM mirror_outbox',
      )
      .one()
    const milliseconds = since === null ? 0 : Math.max(0, clock() - since)
    return { keys, milliseconds, ...(problem !== undefined && { problem }) }
  }

  return { add, schedule, flush, status }
}
