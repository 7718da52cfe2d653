import { isObject } from '../../../schemas/fields'
import { type AppendDelta, listStateOf } from './append-delta'
import type { StoredChange } from './journal-lines'

/** Whether these changes say nothing of what a document held before them. */
export const needsBase = ([first]: readonly StoredChange[]): boolean =>
  first !== undefined && first !== null && 'delta' in first

/** What journaled changes make of a document. */
export interface Replayed {
  /** Null: there is none. */
  json: string | null
  /** Why this is not all that the document held; undefined if it is. */
  loss?: string
}

/**
 * Applies the changes of a document, in order; `before`: what it was before them, or later, undefined if there is nothing. Idempotent. An append delta
 * that does not find what it was made on adds what it has to what is there, and that is told as a loss.
 */
export const replay = (steps: readonly StoredChange[], before: () => unknown): Replayed => {
  let document: unknown
  let isKnown = false
  let loss: string | undefined
  for (const step of steps) {
    if (step === null || 'whole' in step) {
      document = step === null ? undefined : step.whole
      loss = undefined
    } else {
      if (!isKnown) document = before()
      const applied = applyAppendDelta(isObject(document) ? document : undefined, step.delta, !isKnown)
      document = applied.document
      loss ??= applied.loss
    }
    isKnown = true
  }
  const json = document === undefined ? null : JSON.stringify(document)
  return loss === undefined ? { json } : { json, loss }
}

/**
 * A document that comes from outside of the journal may hold more than what the delta was made on, and is compared
 * with that; one that the journal made is taken for what it is, if its lists are as long.
 */
const applyAppendDelta = (
  previous: Record<string, unknown> | undefined,
  { rest, appended, base = {} }: AppendDelta,
  isFromOutside: boolean,
): { document: Record<string, unknown>; loss: string | undefined } => {
  const document: Record<string, unknown> = { ...rest }
  const losses: string[] = []
  for (const [list, additions] of Object.entries(appended)) {
    const found = previous?.[list]
    const items: unknown[] = Array.isArray(found) ? found : []
    const [length, checksum] = base[list] ?? []
    const isWhole =
      length === undefined
        ? previous !== undefined
        : items.length >= length && (!isFromOutside || listStateOf(items.slice(0, length))[1] === checksum)
    if (!isWhole) losses.push(lossOf(list, items.length, length))
    // Of what is not known to be the same, nothing is left out but what is there twice.
    document[list] =
      isWhole && length !== undefined ? appendTo(items, length, additions) : union(items, additions)
  }
  return { document, loss: losses.length > 0 ? losses.join('; ') : undefined }
}

/** The list itself, which is nobody else's: thousands of deltas of a long one would else copy it thousands of times. */
const appendTo = (items: unknown[], length: number, additions: readonly unknown[]): unknown[] => {
  items.length = length
  for (const addition of additions) items.push(addition)
  return items
}

const lossOf = (list: string, found: number, length: number | undefined): string =>
  length === undefined
    ? `what was in "${list}" before is not known`
    : `of the ${length} entries of "${list}", ${found < length ? `${found} are` : 'not all are'} there`

const union = (items: readonly unknown[], additions: readonly unknown[]): unknown[] => {
  const ids = new Set(items.map(idOf))
  return [
    ...items,
    ...additions.filter((addition) => idOf(addition) === undefined || !ids.has(idOf(addition))),
  ]
}

const idOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined
