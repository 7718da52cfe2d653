import { crc32 } from 'node:zlib'
import { parseTrusted } from '../../../schemas/json-text'

/** How a document changed where its append-only lists only grew: what was appended, and the rest of it whole. */
export interface AppendDelta {
  /** The document with its append-only lists empty, as compact JSON. */
  rest: string
  /** The items that were appended to each of these lists. */
  appended: Readonly<Record<string, readonly unknown[]>>
  /** What each list held before: whatever this is applied to is compared with it. Earlier versions wrote none. */
  base?: Readonly<Record<string, ListState>>
}

/** How many items a list has, and the CRC-32 of their JSON. */
export type ListState = readonly [length: number, checksum: number]

/** Documents of fewer characters are journaled whole: to take them apart costs more than it saves. */
const minDocumentLength = 4096

/**
 * The append delta between two states of a document; undefined where one of its lists did anything but grow, by its
 * contents and not by its length, or where a delta is not worth it.
 */
export const appendDeltaOf = (
  before: string,
  json: string,
  lists: readonly string[],
): AppendDelta | undefined => {
  if (lists.length === 0 || before.length < minDocumentLength) return undefined
  const previous: Record<string, unknown> = parseTrusted(before)
  const rest: Record<string, unknown> = parseTrusted(json)
  const appended: Record<string, readonly unknown[]> = {}
  const base: Record<string, ListState> = {}
  for (const list of lists) {
    const previousItems = previous[list]
    const items = rest[list]
    if (!Array.isArray(previousItems) || !Array.isArray(items)) return undefined
    const kept = JSON.stringify(items.slice(0, previousItems.length))
    if (kept !== JSON.stringify(previousItems)) return undefined
    appended[list] = items.slice(previousItems.length)
    base[list] = [previousItems.length, crc32(kept)]
    rest[list] = []
  }
  return { rest: JSON.stringify(rest), appended, base }
}

export const listStateOf = (items: readonly unknown[]): ListState => [
  items.length,
  crc32(JSON.stringify(items)),
]
