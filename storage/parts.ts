import { Items } from './items'
import { spansOf } from './spans'

/** A document in parts: what is in its append-only lists is apart from the rest. */
export interface Parts {
  /** The document with these lists empty, as compact JSON. */
  readonly head: string
  readonly lists: Readonly<Record<string, Items>>
}

/** Items by the names of their lists. */
export type ItemsByList = Readonly<Record<string, readonly unknown[]>>

/** A document with these lists empty, at their places, and what was in them. The document stays as it is. */
export const takeApart = <T extends object>(
  document: T,
  names: readonly string[],
): { head: T; items: ItemsByList } => {
  const head = { ...document }
  const items: Record<string, readonly unknown[]> = {}
  for (const name of names) {
    const found: unknown = Reflect.get(document, name)
    if (!Array.isArray(found)) continue
    items[name] = found
    if (found.length > 0) Reflect.set(head, name, [])
  }
  return { head, items }
}

export const partsOf = (document: object, names: readonly string[]): Parts => {
  const { head, items } = takeApart(document, names)
  const lists: Record<string, Items> = {}
  for (const name in items) lists[name] = Items.of(textsOf(items[name]))
  return { head: JSON.stringify(head), lists }
}

export const textsOf = (items: readonly unknown[] = []): string[] => items.map((item) => JSON.stringify(item))

/** The whole document as compact JSON, or with no more than the newest so many items of each list. */
export const joinParts = (parts: Parts, newest?: number): string => [...piecesOf(parts, newest)].join('')

const itemsInPiece = 500

/** The same in pieces, for who has others to leave their turn. */
export function* piecesOf({ head, lists }: Parts, newest = Number.POSITIVE_INFINITY): Generator<string> {
  let from = 0
  for (const { field, start, end } of spansOf(head, Object.keys(lists))) {
    yield `${head.slice(from, start)}[`
    const items = lists[field] ?? Items.of([])
    const first = Math.max(0, items.length - newest)
    for (let at = first; at < items.length; at += itemsInPiece)
      yield `${at > first ? ',' : ''}${items.texts(at, at + itemsInPiece).join()}`
    yield ']'
    from = end
  }
  yield head.slice(from)
}

/** The compact JSON of a short document after a change: a new head, and what was added to the lists that it had. */
export const growText = (
  before: string,
  head: string,
  names: readonly string[],
  added: ItemsByList,
): string => {
  const spans = spansOf(before, names)
  const pieces: string[] = []
  let from = 0
  for (const { field, start, end } of spansOf(head, names)) {
    const span = spans.find((one) => one.field === field)
    const kept = span ? before.slice(span.start + 1, span.end - 1) : ''
    pieces.push(head.slice(from, start), '[', [...(kept ? [kept] : []), ...textsOf(added[field])].join(), ']')
    from = end
  }
  pieces.push(head.slice(from))
  return pieces.join('')
}

/** How many characters the whole document has. */
export const charactersOf = ({ head, lists }: Parts): number => {
  let characters = head.length
  for (const name in lists) {
    const items = lists[name]
    if (items) characters += items.characters + Math.max(0, items.length - 1)
  }
  return characters
}
