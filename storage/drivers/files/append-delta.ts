import { crc32 } from 'node:zlib'
import { spansOf } from './spans'

/** How a document changed where its append-only lists only grew: what was appended, and the rest of it whole. */
export interface AppendDelta {
  /** The document with its append-only lists empty. */
  rest: Readonly<Record<string, unknown>>
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
 * The append delta between two states of a document, both compact JSON, as JSON; undefined where one of its lists did
 * anything but grow, by its contents and not by its length, or where a delta is not worth it. Works on the texts: to
 * parse a long history costs ten times as much.
 */
export const appendDeltaOf = (before: string, json: string, lists: readonly string[]): string | undefined => {
  if (lists.length === 0 || before.length < minDocumentLength) return undefined
  const previous = spansOf(before, lists)
  const spans = spansOf(json, lists)
  if (spans.length < lists.length) return undefined
  const appended: string[] = []
  const base: string[] = []
  let rest = ''
  let end = 0
  for (const span of spans) {
    const found = previous.find(({ field }) => field === span.field)
    if (!found) return undefined
    const kept = before.slice(found.start, found.end)
    const added = itemsAfter(kept, json.slice(span.start, span.end))
    if (added === undefined) return undefined
    appended.push(`"${span.field}":${added}`)
    base.push(`"${span.field}":[${found.items},${crc32(kept)}]`)
    rest += `${json.slice(end, span.start)}[]`
    end = span.end
  }
  return `{"rest":${rest}${json.slice(end)},"appended":{${appended.join()}},"base":{${base.join()}}}`
}

/** The items of a list after those of another one, which it begins with; undefined if it does not. */
const itemsAfter = (kept: string, list: string): string | undefined => {
  if (!kept.startsWith('[') || !list.startsWith('[')) return undefined
  if (kept === '[]' || kept === list) return kept === list ? '[]' : list
  return list.startsWith(`${kept.slice(0, -1)},`) ? `[${list.slice(kept.length)}` : undefined
}

export const listStateOf = (items: readonly unknown[]): ListState => [
  items.length,
  crc32(JSON.stringify(items)),
]
