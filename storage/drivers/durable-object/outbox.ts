import type { DurableObjectStorage } from '@cloudflare/workers-types'

/** Workers KV takes one write a second to a key. In milliseconds. */
const pause = 1000
/** A key that KV refuses is tried again after twice the time, but at least this often. In milliseconds. */
const longestPause = 5 * 60_000
/** An alarm may make a thousand calls in all; what is left waits for the next one. */
const mostAtOnce = 500
/** A Worker may have six connections open; what waits for one holds its text in memory. */
const lanes = 6

/** What the documents are copied to. */
export interface KvMirror {
  put(key: string, json: string): Promise<void>
  delete(key: string): Promise<void>
}

export interface OutboxStatus {
  /** How many keys are not up to date. */
  keys: number
  /** For how long the oldest of them has not been, in milliseconds. */
  milliseconds: number
  /** Why the last copy that failed did so, if nothing was copied since. */
  problem?: string
}

type Row = { key: string; change: number; attempts: number }

/**
 * Has the follower follow: what is changed is put into a table with the change itself, and copied later, at most
 * once a second a key, until that has worked. The copy is made from what is stored at that time.
 */
export const createOutbox = (storage: DurableObjectStorage, follower: KvMirror, clock: () => number) => {
  const { sql } = storage
  /** When the alarm rings next, as far as we know. */
  let alarm = Number.POSITIVE_INFINITY
  let flushing = false
  let problem: string | undefined

  /** To be called within a transaction. */
  const add = (key: string) =>
    sql.exec(
      `INSERT INTO outbox (key, change, since, due, attempts) VALUES (?, 1, ?, ?, 0)
       ON CONFLICT (key) DO UPDATE SET change = change + 1`,
      ...[key, clock(), clock()],
    )

  /** Sees to it that what waits is copied, if nothing has yet. */
  const schedule = () => {
    if (flushing) return
    const due = sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM outbox').one().due
    if (due === null) return
    const time = Math.max(due, clock() + pause)
    if (time >= alarm) return
    alarm = time
    void storage.setAlarm(time)
  }

  /** Copies what is due. It never fails: what cannot be copied stays. To be called when the alarm rings. */
  const flush = async () => {
    flushing = true
    alarm = Number.POSITIVE_INFINITY
    const rows = sql
      .exec<Row>(
        'SELECT key, change, attempts FROM outbox WHERE due <= ? ORDER BY due LIMIT ?',
        clock(),
        mostAtOnce,
      )
      .toArray()
      .values()
    const lane = async () => {
      for (const row of rows) await copy(row)
    }
    try {
      await Promise.all(Array.from({ length: lanes }, lane))
    } finally {
      flushing = false
      schedule()
    }
  }

  const copy = async ({ key, change, attempts }: Row) => {
    try {
      const stored = sql.exec<{ json: string }>('SELECT json FROM documents WHERE key = ?', key).toArray()[0]
      await (stored ? follower.put(key, stored.json) : follower.delete(key))
      problem = undefined
      // Changed meanwhile, it waits for the next alarm.
      sql.exec('DELETE FROM outbox WHERE key = ? AND change = ?', key, change)
      sql.exec(
        'UPDATE outbox SET since = ?, due = ?, attempts = 0 WHERE key = ?',
        clock(),
        clock() + pause,
        key,
      )
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
      const due = clock() + Math.min(pause * 2 ** attempts, longestPause)
      sql.exec('UPDATE outbox SET attempts = attempts + 1, due = ? WHERE key = ?', due, key)
    }
  }

  const status = (): OutboxStatus => {
    const { keys, since } = sql
      .exec<{ keys: number; since: number | null }>(
        'SELECT count(*) AS keys, min(since) AS since FROM outbox',
      )
      .one()
    const milliseconds = since === null ? 0 : Math.max(0, clock() - since)
    return { keys, milliseconds, ...(problem !== undefined && { problem }) }
  }

  return { add, schedule, flush, status }
}
