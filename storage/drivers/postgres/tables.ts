import type { Query } from './connection'

/**
 * Our tables, in a schema of their own. Documents and events are text, exactly as the server sends them: `jsonb`
 * would order keys anew, refuse some strings that JSON allows (`\u0000`) and change the entity tags, and nothing
 * here is ever looked up by its content.
 *
 * `server` has one row: the lease. `owner` is the server that has it, `epoch` counts the leases, and `commits` the
 * groups that were stored: so a server that lost its connection learns whether its last statement was stored, and
 * whether another server has had the lease meanwhile.
 */
const initialTables = `
  CREATE TABLE maestro.documents (key text COLLATE "C" PRIMARY KEY, json text NOT NULL);
  CREATE TABLE maestro.events (number bigint PRIMARY KEY, json text NOT NULL);
  CREATE TABLE maestro.quarantine (
    key text NOT NULL,
    json text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE maestro.server (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version integer NOT NULL,
    owner uuid,
    pid integer,
    hostname text,
    backend integer,
    since timestamptz,
    epoch integer NOT NULL DEFAULT 0,
    commits bigint NOT NULL DEFAULT 0
  );
  INSERT INTO maestro.server (version) VALUES (0);
`

/** What the server keeps for itself, and no export has. */
const secrets = 'CREATE TABLE maestro.secrets (name text PRIMARY KEY, bytes bytea NOT NULL)'

/** What is in the lists of long documents, which only ever grow: `lists` of such a document has their lengths. */
const items = `
  ALTER TABLE maestro.documents ADD COLUMN lists text;
  CREATE TABLE maestro.items (
    key text COLLATE "C",
    list text COLLATE "C",
    position bigint,
    json text NOT NULL,
    PRIMARY KEY (key, list, position)
  )
`

/**
 * Each migration makes a version of the tables out of the one before it; their number is the version. One is added also
 * where only the documents change, so that servers before it refuse the database.
 */
const migrations: readonly string[] = [initialTables, secrets, items]

/** Migrates the tables to the version that this server knows: all of it, or nothing. */
export const migrateTables = async (query: Query): Promise<void> => {
  const version = await versionOf(query)
  if (version > migrations.length)
    throw new Error(
      `it was written by a later Maestro Server (its tables have version ${version}, this server knows ${migrations.length})`,
    )
  if (version === migrations.length) return
  const schema = version === 0 && !(await exists(query, `to_regnamespace('maestro')`))
  const statements = [
    ...(schema ? ['CREATE SCHEMA maestro'] : []),
    ...migrations.slice(version),
    `UPDATE maestro.server SET version = ${migrations.length}`,
  ]
  // Several statements in one message are one transaction.
  await query(statements.join(';\n'))
}

const versionOf = async (query: Query): Promise<number> => {
  if (!(await exists(query, `to_regclass('maestro.server')`))) return 0
  const [row] = await query<{ version: number }>('SELECT version FROM maestro.server')
  return row?.version ?? 0
}

const exists = async (query: Query, name: string): Promise<boolean> => {
  const [row] = await query<{ there: boolean }>(`SELECT ${name} IS NOT NULL AS there`)
  return row?.there === true
}
