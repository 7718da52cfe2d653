import type { Query } from './connection'
import { type DocumentRow, type HeldDocument, heldOfRows, type ItemRow } from './held-document'

/** How many rows a query reads. */
const pageSize = 1000

/** Every document that is stored, by its key. */
export const readDocuments = async (query: Query): Promise<Map<string, HeldDocument>> => {
  const contents = new Map<string, HeldDocument>()
  for (let after = ''; ; ) {
    const rows = await query<DocumentRow>(
      'SELECT key, json, lists FROM maestro.documents WHERE key > $1 ORDER BY key LIMIT $2',
      [after, pageSize],
    )
    for (const row of rows)
      contents.set(row.key, heldOfRows(row, row.lists === null ? [] : await readItems(query, row.key)))
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return contents
    after = last.key
  }
}

const itemsInPage = 10_000

const readItems = async (query: Query, key: string): Promise<ItemRow[]> => {
  const items: ItemRow[] = []
  for (let after: Pick<ItemRow, 'list' | 'position'> = { list: '', position: -1 }; ; ) {
    const rows = await query<{ list: string; position: string; json: string }>(
      `SELECT list, position, json FROM maestro.items
       WHERE key = $1 AND (list, position) > ($2, $3) ORDER BY list, position LIMIT $4`,
      [key, after.list, after.position, itemsInPage],
    )
    for (const { list, position, json } of rows) items.push({ list, position: Number(position), json })
    const last = items.at(-1)
    if (!last || rows.length < itemsInPage) return items
    after = last
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
