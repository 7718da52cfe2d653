import { apiError } from '../../../schemas/errors'
import type { Put } from '../../driver'

/** A row of an object's SQLite has at most 2 MB; 10 kB are left for the row's other columns. */
const maxBytes = 2_000_000 - 10_000

/** Throws `PAYLOAD_TOO_LARGE` if a text does not fit into a row. */
export const refuseTooLarge = (what: string, text: string): void => {
  // A character takes at most three bytes in UTF-8, so most texts need not be encoded.
  if (3 * text.length <= maxBytes || new TextEncoder().encode(text).length <= maxBytes) return
  throw apiError(
    'PAYLOAD_TOO_LARGE',
    `${what} would have more than ${maxBytes} bytes, which cannot be stored. Nothing was changed: make it smaller`,
  )
}

/** The same of a document: where it is in parts, each of them has a row. */
export const refuseTooLargeDocument = (document: Put): void => {
  const { key, parts, appends } = document
  refuseTooLarge(key, parts ? parts.head : document.json)
  if (!parts) return
  for (const [list, items] of Object.entries(parts.lists)) {
    // What was there is there.
    const from = appends?.lists[list]?.before.length ?? 0
    for (const text of items.texts(from)) refuseTooLarge(`An entry of ${list} of ${key}`, text)
  }
}
