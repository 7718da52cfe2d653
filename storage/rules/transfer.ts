import { entityKinds } from '../../schemas/entities'
import { apiError } from '../../schemas/errors'
import type { TransferLine, TransferResult } from '../../schemas/transfer'
import type { Documents } from '../documents'
import type { Entry } from '../entry'
import { entityKindOfKey } from '../kinds'
import type { Position } from '../ordered'
import { readEntry } from '../read-entry'
import type { Transaction } from '../transaction'

/** How many documents are read at a time: hosted, they are not all in memory. */
const batchSize = 1000

/** Every document as a line, without its line break, in an order in which a document follows those it refers to. */
export function* transferLines(documents: Documents): Generator<string> {
  for (const kind of entityKinds) {
    let after: Position | undefined
    do {
      const entries = documents.list(kind, {}, { after, limit: batchSize })
      for (const { key, json } of entries) yield `{"key":${JSON.stringify(key)},"document":${json}}`
      after = entries.at(-1)
    } while (after)
  }
}

interface ImportOptions {
  /** Replaces what is stored under a key and differs. */
  overwrite: boolean
  /** Changes nothing: the result says what would become of the lines. */
  dryRun: boolean
}

/**
 * Imports documents as they are, under their own ids, without events. Idempotent: a document that is stored already
 * is counted as unchanged. Throws `VALIDATION_ERROR` if one is not a valid entity.
 */
export const importDocuments = (
  tx: Transaction,
  lines: TransferLine[],
  options: ImportOptions,
): TransferResult => {
  const result: TransferResult = { stored: 0, unchanged: 0, conflicts: [] }
  for (const entry of lines.map(entryOf)) {
    const before = tx.has(entry.kind, entry.id) ? tx.entry(entry.kind, entry.id).json : undefined
    if (before === entry.json) result.unchanged++
    else if (before !== undefined && !options.overwrite) result.conflicts.push(entry.key)
    else {
      result.stored++
      if (!options.dryRun) importEntry(tx, entry)
    }
  }
  return result
}

const importEntry = (tx: Transaction, entry: Entry) => {
  tx.replace(entry.kind, entry.read())
  if (entry.kind !== 'templates') return
  // A role has one default template: the imported one replaces that which the new workspace created.
  const template = tx.get('templates', entry.id)
  if (!template?.isDefault) return
  for (const other of tx.list('templates', { role: template.role }))
    if (other.isDefault && other.id !== template.id) tx.remove('templates', other.id)
}

const entryOf = ({ key, document }: TransferLine): Entry => {
  const kind = entityKindOfKey(key)
  if (!kind)
    throw apiError(
      'VALIDATION_ERROR',
      `${key} is not the key of a document: it must begin with ${entityKinds.join(':, ')}:`,
    )
  try {
    return readEntry(kind, key, JSON.stringify(document))
  } catch (error) {
    throw apiError('VALIDATION_ERROR', `${key}: ${error instanceof Error ? error.message : error}`)
  }
}
