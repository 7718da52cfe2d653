import type { SqlStorage } from '@cloudflare/workers-types'

/**
 * The tables of a workspace in its object's SQLite.
 *
 * `fields` is an index: a row for every value by which a document can be found. `outbox` has the keys whose last
 * state is not in Workers KV yet, and the last event of which that has all; `numbering` the number after which events
 * were begun to be counted, `format` the number of the format, and `quarantine` the documents that are no valid
 * entities.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    fields TEXT NOT NULL,
    json TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS documents_by_id ON documents (kind, id);
  CREATE INDEX IF NOT EXISTS documents_by_age ON documents (kind, created, id);
  CREATE TABLE IF NOT EXISTS fields (
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    created INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, field, value, created, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, json TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (
    key TEXT PRIMARY KEY,
    change INTEGER NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    event INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS outbox_by_due ON outbox (due);
  CREATE TABLE IF NOT EXISTS numbering (single INTEGER PRIMARY KEY, start INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS format (single INTEGER PRIMARY KEY, format INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS quarantine (key TEXT NOT NULL, json TEXT NOT NULL, reason TEXT NOT NULL);
`

/** Creates the tables and columns that do not exist yet. */
export const createTables = (sql: SqlStorage): void => {
  sql.exec(tables)
  const columns = sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('outbox')`).toArray()
  if (!columns.some(({ name }) => name === 'event'))
    sql.exec('ALTER TABLE outbox ADD COLUMN event INTEGER NOT NULL DEFAULT 0')
  sql.exec('CREATE INDEX IF NOT EXISTS outbox_by_event ON outbox (event)')
}
