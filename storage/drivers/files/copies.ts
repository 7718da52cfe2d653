/** Copies of documents that sync programs make where two machines changed one: either may be the newer. */

export const copyReason =
  'It is named like a copy of a document that a sync program made: compare them, keep one, and delete the other'

/** An id that this server made, wherever it stands in a name. */
const madeId = /(?:^|[^A-Za-z0-9])(?:proj|task|sess|tmpl)_\d{10,}_[0-9a-z]+/

/**
 * Whether a file's or folder's name, which is no document's, is that of a copy of one: `ID 2.json`,
 * `ID (conflicted copy 2026-11-01).json`, `ID.sync-conflict-….json`, `Copy of ID.json`, or a folder `ID 2`.
 * `siblings`: the names beside it.
 */
export const isCopyName = (name: string, siblings: ReadonlySet<string>): boolean => {
  if (name.startsWith('.') || name.includes('.json.corrupt-')) return false
  const [original = ''] = /^[A-Za-z0-9_-]*/.exec(name) ?? []
  if (name.endsWith('.json')) return madeId.test(name) || siblings.has(`${original}.json`)
  return !name.includes('.') && (madeId.test(name) || siblings.has(original))
}
