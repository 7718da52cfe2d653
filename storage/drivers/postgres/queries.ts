import type { Query } from './connection'

/** How many documents a query reads. */
const pageSize = 1000

/** Every document that is stored, as it was sent, by its key. */
export const readDocuments = async (query: Query): Promise<Map<string, string>> => {
  const contents = new Map<string, string>()
  for (let after = ''; ; ) {
    const rows = await query<{ key: string; json: string }>(
      'SELECT key, json FROM maestro.documents WHERE key > $1 ORDER BY key LIMIT $2',
      [after, pageSize],
    )
    for (const { key, json } of rows) contents.set(key, json)
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return contents
    after = last.key
  }
}

/** The number of the last event that is stored, 0 if there is none. */
export const readLastEvent = async (query: Query): Promise<number> => {
  const [row] = await query<{ number: string | null }>('SELECT max(number) AS number FROM maestro.events')
  return Number(row?.number ?? 0)
}

/** Deletes the events up to this number. */
export const trimEvents = (query: Query, upTo: number): Promise<unknown> =>
  query('DELETE FROM maestro.events WHERE number <= $1', [upTo])
