/** The timelines that are looked at: the newest entries at once, the earlier ones when somebody asks for them. */
import { type Signal, signal } from '@preact/signals'
import type { Session } from '../../functions/client/client'
import type { TimelineEntry } from './entities'

interface Timeline {
  /** Oldest first. */
  entries: readonly TimelineEntry[]
  /** How many entries there are before those. */
  earlier: number
}

export interface Timelines {
  /** What is known of a session's timeline; undefined until it was opened. */
  get(id: string): Timeline | undefined
  /** Begins to keep one, from what is known. */
  open(id: string, newest: readonly TimelineEntry[], total?: number): void
  /** The whole of it, as the server lists it: what has come since stays behind it. */
  fill(id: string, entries: readonly TimelineEntry[]): void
  /** Takes what is new from a session, where its timeline is kept. */
  follow(session: Pick<Session, 'id' | 'timeline' | 'timelineTotal'>): void
  forget(id: string): void
}

export const createTimelines = (): Timelines => {
  const known = new Map<string, Signal<Timeline | undefined>>()
  const cellOf = (id: string) => {
    const cell = known.get(id) ?? signal<Timeline | undefined>(undefined)
    known.set(id, cell)
    return cell
  }
  return {
    get: (id) => cellOf(id).value,
    open(id, newest, total = newest.length) {
      const cell = cellOf(id)
      if (cell.peek() === undefined)
        cell.value = { entries: newest, earlier: Math.max(0, total - newest.length) }
    },
    fill(id, entries) {
      const cell = cellOf(id)
      cell.value = joined({ entries, earlier: 0 }, cell.peek()?.entries ?? [])
    },
    follow({ id, timeline, timelineTotal }) {
      const cell = cellOf(id)
      const before = cell.peek()
      if (before) cell.value = joined(before, timeline, timelineTotal)
    },
    forget(id) {
      cellOf(id).value = undefined
    },
  }
}

/** Entries that are known, and behind them those that are not. A gap begins the timeline anew: what came before is earlier. */
const joined = (before: Timeline, newest: readonly TimelineEntry[], total = newest.length): Timeline => {
  const ids = new Set(before.entries.map(({ id }) => id))
  const isApart = before.entries.length > 0 && newest.length > 0 && !newest.some(({ id }) => ids.has(id))
  if (isApart && total > newest.length)
    return { entries: newest, earlier: Math.max(0, total - newest.length) }
  const added = newest.filter(({ id }) => !ids.has(id))
  return added.length === 0 ? before : { ...before, entries: [...before.entries, ...added] }
}
