import { parseTrusted } from '../schemas/json-text'
import type { AppendDelta } from './driver'
import type { Entry } from './entry'
import { kinds } from './kinds'

/** Documents of fewer characters are journaled whole: to take them apart costs more than it saves. */
const minDocumentLength = 4096

/**
 * The append delta between two states of a document, where it is long and its append-only lists only grew: so a
 * session with a thousand timeline entries is not journaled a thousand times over.
 */
export const appendDeltaOf = (previous: Entry | undefined, entry: Entry): AppendDelta | undefined => {
  const lists: readonly string[] = kinds[entry.kind].appendOnly
  if (lists.length === 0 || previous === undefined || previous.json.length < minDocumentLength)
    return undefined
  const before: Record<string, unknown> = parseTrusted(previous.json)
  const rest: Record<string, unknown> = parseTrusted(entry.json)
  const appended: Record<string, readonly unknown[]> = {}
  for (const list of lists) {
    const previousItems = before[list]
    const items = rest[list]
    if (!Array.isArray(previousItems) || !Array.isArray(items) || items.length < previousItems.length)
      return undefined
    appended[list] = items.slice(previousItems.length)
    delete rest[list]
  }
  return { rest: JSON.stringify(rest), appended }
}

/** Applies an append delta to a document. Idempotent: items that are there already, by id, are not appended again. */
export const applyAppendDelta = (before: string, { rest, appended }: AppendDelta): string => {
  const previous: Record<string, unknown> = parseTrusted(before)
  const document: Record<string, unknown> = parseTrusted(rest)
  for (const [list, additions] of Object.entries(appended)) {
    const found: unknown = previous[list]
    const items = Array.isArray(found) ? found : []
    const ids = new Set(items.map(idOf))
    document[list] = [...items, ...additions.filter((addition) => !ids.has(idOf(addition)))]
  }
  return JSON.stringify(document)
}

const idOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined
