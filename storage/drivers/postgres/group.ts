import type { Batch } from '../../driver'
import type { LoggedEvent } from '../../event'
import type { Lease } from './lease'

/** Batches that are stored together. */
export interface Group {
  /** The last state of every document that changes; null: it is removed. */
  documents: ReadonlyMap<string, string | null>
  events: readonly LoggedEvent[]
}

export const groupOf = (batches: readonly Batch[]): Group => {
  const documents = new Map<string, string | null>()
  for (const { puts, removes } of batches) {
    for (const { key, json } of puts) documents.set(key, json)
    for (const key of removes) documents.set(key, null)
  }
  return { documents, events: batches.flatMap(({ events }) => events) }
}

/**
 * One statement: one transaction and one round trip. The epoch is a fencing token: the statement has no effect
 * unless the lease is still ours, and the row that it updates first stays locked until it ends.
 */
const storeStatement = `
  WITH
    owner AS MATERIALIZED (UPDATE maestro.server SET commits = $2 WHERE epoch = $1 RETURNING true),
    put AS (
      INSERT INTO maestro.documents (key, json)
      SELECT key, json FROM unnest($3::text[], $4::text[]) AS given (key, json) WHERE EXISTS (SELECT FROM owner)
      ON CONFLICT (key) DO UPDATE SET json = excluded.json
    ),
    removed AS (DELETE FROM maestro.documents WHERE key = ANY ($5::text[]) AND EXISTS (SELECT FROM owner)),
    logged AS (
      INSERT INTO maestro.events (number, json)
      SELECT number, json FROM unnest($6::bigint[], $7::text[]) AS given (number, json)
      WHERE EXISTS (SELECT FROM owner)
    )
  SELECT FROM owner`

/**
 * Stores a group, all of it or nothing; `commits` is the commit counter after it. Throws, and has stored nothing,
 * if another server has the lease by now.
 */
export const storeGroup = async (
  { connection, epoch }: Lease,
  { documents, events }: Group,
  commits: number,
): Promise<void> => {
  const put: string[] = []
  const texts: string[] = []
  const removed: string[] = []
  for (const [key, json] of documents) {
    if (json !== null) texts.push(json)
    const keys = json === null ? removed : put
    keys.push(key)
  }
  const rows = await connection.query(storeStatement, [
    epoch,
    commits,
    put,
    texts,
    removed,
    events.map(({ number }) => number),
    events.map((event) => JSON.stringify(event)),
  ])
  if (rows.length === 0) throw new Error('another server has the database')
}

/**
 * Rolls back a group that was stored although its callers got a failure: its documents become those of
 * `contents` again, and the events after `lastEvent` go. Idempotent: to be repeated if it fails.
 */
export const rollBackGroup = async (
  lease: Lease,
  group: Group,
  contents: ReadonlyMap<string, string>,
  { commits, lastEvent }: { commits: number; lastEvent: number },
): Promise<void> => {
  await lease.connection.query('DELETE FROM maestro.events WHERE number > $1', [lastEvent])
  const before = [...group.documents.keys()].map((key): [string, string | null] => [
    key,
    contents.get(key) ?? null,
  ])
  await storeGroup(lease, { documents: new Map(before), events: [] }, commits)
}
