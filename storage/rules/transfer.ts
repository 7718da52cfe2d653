import { apiError } from '../../schemas/errors'
import type { TransferLine, TransferResult } from '../../schemas/transfer'
import type { Documents } from '../documents'
import type { Entry } from '../entry'
import { kindNames, kindOfKey } from '../kinds'
import { readEntry } from '../loading'
import type { Position } from '../ordered'
import type { Transaction } from '../transaction'

/** So many are read at a time: hosted, not all documents are in memory. */
const portion = 1000

/** Every document as a line, without its line break, what others refer to before what refers to it. */
export function* transferLines(documents: Documents): Generator<string> {
  for (const kind of kindNames) {
    let after: Position | undefined
    do {
      const entries = documents.list(kind, {}, { after, limit: portion })
      for (const { key, json } of entries) yield `{"key":${JSON.stringify(key)},"document":${json}}`
      after = entries.at(-1)
    } while (after)
  }
}

interface Options {
  /** Replaces what is stored under a key and differs. */
  overwrite: boolean
  /** Changes nothing, and tells what would become of the lines. */
  dryRun: boolean
}

/**
 * Takes over documents as they are, under the ids that they have: to do so again changes nothing. No event tells
 * of it. Throws `VALIDATION_ERROR` if one is no entity of ours.
 */
export const importDocuments = (tx: Transaction, lines: TransferLine[], options: Options): TransferResult => {
  const result: TransferResult = { stored: 0, unchanged: 0, conflicts: [] }
  for (const entry of lines.map(entryOf)) {
    const before = tx.has(entry.kind, entry.id) ? tx.entry(entry.kind, entry.id).json : undefined
    if (before === entry.json) result.unchanged++
    else if (before !== undefined && !options.overwrite) result.conflicts.push(entry.key)
    else {
      result.stored++
      if (!options.dryRun) take(tx, entry)
    }
  }
  return result
}

const take = (tx: Transaction, entry: Entry) => {
  tx.put(entry.kind, entry.read())
  if (entry.kind !== 'templates') return
  // A new workspace has made a default template of its own; a role has one.
  const template = tx.get('templates', entry.id)
  if (!template?.isDefault) return
  for (const other of tx.list('templates', { role: template.role }))
    if (other.isDefault && other.id !== template.id) tx.remove('templates', other.id)
}

const entryOf = ({ key, document }: TransferLine): Entry => {
  const kind = kindOfKey(key)
  if (!kind) throw apiError('VALIDATION_ERROR', `${key} is the key of nothing that is kept here`)
  try {
    return readEntry(kind, key, JSON.stringify(document))
  } catch (error) {
    throw apiError('VALIDATION_ERROR', `${key}: ${error instanceof Error ? error.message : error}`)
  }
}
