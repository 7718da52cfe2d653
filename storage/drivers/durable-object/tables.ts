import type { SqlStorage } from '@cloudflare/workers-types'

/**
 * The tables of a workspace in its object's SQLite.
 *
 * The items of a long document's append-only lists are rows of `items`, and `lists` of its row says how many there are; its
 * `json` is the rest of it. `fields` is an index: a row for every value by which a document can be found; those of a task that
 * depend on other documents, too, are in `work` of its row. `mirror_outbox` has the keys whose last
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
    json TEXT NOT NULL,
    lists TEXT,
    work TEXT
  );
  CREATE TABLE IF NOT EXISTS items (
    key TEXT NOT NULL,
    list TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT,
    json TEXT NOT NULL,
    PRIMARY KEY (key, list, position)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS items_by_id ON items (key, list, id);
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
  CREATE TABLE IF NOT EXISTS mirror_outbox (
    key TEXT PRIMARY KEY,
    change INTEGER NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    event INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS mirror_outbox_by_due ON mirror_outbox (due);
  CREATE TABLE IF NOT EXISTS numbering (single INTEGER PRIMARY KEY, start INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS format (single INTEGER PRIMARY KEY, format INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS quarantine (key TEXT NOT NULL, json TEXT NOT NULL, reason TEXT NOT NULL);
`

/** Creates the tables and columns that do not exist yet. To be called within a transaction. */
export const createTables = (sql: SqlStorage): void => {
  moveOutbox(sql)
  sql.exec(tables)
  for (const column of ['lists', 'work'])
    if (!hasColumn(sql, 'documents', column)) sql.exec(`ALTER TABLE documents ADD COLUMN ${column} TEXT`)
  if (!hasColumn(sql, 'mirror_outbox', 'event'))
    sql.exec('ALTER TABLE mirror_outbox ADD COLUMN event INTEGER NOT NULL DEFAULT 0')
  sql.exec('CREATE INDEX IF NOT EXISTS mirror_outbox_by_event ON mirror_outbox (event)')
}

/**
 * Version 0.1.0 knows no numbers, and would take what it does not know for nothing. It indexes its table `outbox` whenever it
 * opens an object; a view cannot be indexed, so it ends there, before it has changed anything.
 */
const moveOutbox = (sql: SqlStorage) => {
  const found = sql.exec<{ type: string }>(`SELECT type FROM sqlite_master WHERE name = 'outbox'`).toArray()
  if (found[0]?.type === 'view') return
  if (found[0]) {
    for (const index of ['outbox_by_due', 'outbox_by_event']) sql.exec(`DROP INDEX IF EXISTS ${index}`)
    sql.exec('ALTER TABLE outbox RENAME TO mirror_outbox')
  }
  sql.exec(`CREATE VIEW outbox AS SELECT 'docs/deploy.md says how to go back' AS refusal`)
}

const hasColumn = (sql: SqlStorage, table: string, column: string): boolean =>
  sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, column).toArray().length > 0
