import { apiError } from '../../../schemas/errors'

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
