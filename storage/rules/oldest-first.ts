import type { Where } from '../documents'
import type { Kind } from '../kinds'
import type { Position } from '../ordered'
import type { Reader } from './find'

/** Whoever needs only the first is not to wait for more. */
const firstPage = 4
const longestPage = 256

/** The positions of an index, those after `from`, a page at a time. */
export function* oldestFirst(reader: Reader, kind: Kind, where: Where, from?: Position): Generator<Position> {
  let after = from
  for (let size = firstPage; ; size = Math.min(size * 4, longestPage)) {
    const page = reader.oldestIds(kind, size, where, after)
    yield* page
    if (page.length < size) return
    after = page.at(-1)
  }
}
