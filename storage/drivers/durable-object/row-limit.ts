import { apiError } from '../../../schemas/errors'

/** A row of an object's SQLite has at most 2 MB; some of it is for the row's other columns. In bytes. */
const mostBytes = 2_000_000 - 10_000

/** Throws `PAYLOAD_TOO_LARGE` if a text does not fit into a row. */
export const refuseTooLarge = (what: string, text: string): void => {
  // A character takes at most three bytes, so most texts need not be looked at.
  if (3 * text.length <= mostBytes || new TextEncoder().encode(text).length <= mostBytes) return
  throw apiError(
    'PAYLOAD_TOO_LARGE',
    `${what} would have more than 2 MB, which cannot be stored. Nothing was changed`,
  )
}
