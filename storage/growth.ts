import type { AppendDelta } from './driver'
import type { Entry } from './entry'
import { kinds } from './kinds'

/** Shorter documents are stored whole: to take them apart costs more than it saves. */
const worthwhile = 4096

/**
 * How a document grew out of the one before it, where it is long and has lists that only grow: a session with
 * a thousand timeline entries is not written a thousand times over.
 */
export const growthOf = (previous: Entry | undefined, entry: Entry): AppendDelta | undefined => {
  const lists: readonly string[] = kinds[entry.kind].appendOnly
  if (lists.length === 0 || previous === undefined || previous.json.length < worthwhile) return undefined
  const before: Record<string, unknown> = JSON.parse(previous.json)
  const rest: Record<string, unknown> = JSON.parse(entry.json)
  const appended: Record<string, readonly unknown[]> = {}
  for (const list of lists) {
    const old = before[list]
    const now = rest[list]
    if (!Array.isArray(old) || !Array.isArray(now) || now.length < old.length) return undefined
    appended[list] = now.slice(old.length)
    delete rest[list]
  }
  return { rest: JSON.stringify(rest), appended }
}

/** The document that a growth makes of the one before it. What is there already is not appended again. */
export const grow = (before: string, { rest, appended }: AppendDelta): string => {
  const old: Record<string, unknown> = JSON.parse(before)
  const grown: Record<string, unknown> = JSON.parse(rest)
  for (const [list, additions] of Object.entries(appended)) {
    const known: unknown = old[list]
    const entries = Array.isArray(known) ? known : []
    const ids = new Set(entries.map(idOf))
    grown[list] = [...entries, ...additions.filter((addition) => !ids.has(idOf(addition)))]
  }
  return JSON.stringify(grown)
}

const idOf = (entry: unknown): unknown =>
  typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
