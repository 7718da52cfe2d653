import type * as z from 'zod'
import { parseJson, parseTrusted, withoutByteOrderMark } from '../schemas/json-text'
import { parseDescribed } from '../schemas/problems'
import { Entry } from './entry'
import { type Kind, kinds } from './kinds'
import type { Migration, StoredDocument } from './kinds/kind'
import type { Parts } from './parts'

/** A document that is valid, and stored under another key than its own. */
export class MisplacedError extends Error {
  /** `key`: its own. */
  constructor(readonly key: string) {
    super(`it belongs under ${key}`)
  }
}

/** Parses a stored document, migrating one of an earlier version. Throws an error that says what is wrong. */
export const readEntry = <K extends Kind>(kind: K, key: string, text: string): Entry<K> => {
  const { schema, migrations } = kinds[kind]
  const json = withoutByteOrderMark(text)
  const stored = parseJson(json)
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
    throw new Error('it is not a JSON object')
  const document: StoredDocument = { ...stored }
  const isOutdated = migrations.some(({ isNeeded }) => isNeeded?.(document))
  const current = isOutdated ? undefined : schema.safeParse(document)
  const entry = current?.success
    ? new Entry(kind, current.data, { text: json, parsed: document })
    : new Entry(kind, parseEntity(schema, migrate(document, migrations)))
  if (entry.key !== key) throw new MisplacedError(entry.key)
  return entry
}

/** The entry of a document that was valid when it was written; undefined if it is to be read and checked as any other. */
export const entryOfParts = <K extends Kind>(kind: K, key: string, parts: Parts): Entry<K> | undefined => {
  const { schema, migrations } = kinds[kind]
  const head = parseTrusted<StoredDocument>(parts.head)
  if (migrations.some(({ isNeeded }) => isNeeded?.(head))) return undefined
  const { data } = schema.safeParse(head)
  const entry = data && new Entry(kind, data, { parts })
  return entry?.key === key ? entry : undefined
}

const migrate = (document: StoredDocument, migrations: readonly Migration[]): StoredDocument =>
  migrations.reduce((migrated, migration) => migration.migrate(migrated), document)

const parseEntity = <T>(schema: z.ZodType<T>, document: StoredDocument): T => {
  const result = parseDescribed(schema, document)
  if (result.success) return result.data
  throw new Error(result.error.issues.map((issue) => issue.message).join('; '))
}
