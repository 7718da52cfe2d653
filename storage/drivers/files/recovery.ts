import { grow } from '../../growth'
import { changesOf, type Line, type StoredChange } from './journal-lines'
import { listSegments, readSegment, type Segment } from './segments'

/** What the journal of an earlier run holds. */
export interface Recovered {
  segments: Segment[]
  lastBatch: number
  lastEvent: number
  /** The last batch of which it is known that it stands in the files. */
  flushed: number
  /** What may not stand in the files yet: for each key its changes, in order. */
  changes: Map<string, StoredChange[]>
}

/**
 * Reads as much of the journal as is needed to know what the files may lack; with `all`, everything that is
 * kept, as if no file had been written.
 */
export const recoverJournal = (
  directory: string,
  onDamage: (details: { file: string; line: number }) => void,
  all = false,
): Recovered => {
  const segments = listSegments(directory)
  const newest = segments.at(-1)
  let lastBatch = newest?.batchBefore ?? 0
  let lastEvent = newest?.eventBefore ?? 0
  let flushed = 0
  let batches: Line[] = []
  for (const [index, segment] of [...segments.entries()].reverse()) {
    const lines = readSegment(segment, segments[index + 1], (line) => onDamage({ file: segment.path, line }))
    for (const line of lines) {
      lastBatch = Math.max(lastBatch, line.batch)
      lastEvent = Math.max(lastEvent, line.lastEvent)
      if (line.kind === 'flushed') flushed = Math.max(flushed, line.batch)
    }
    batches = [...lines.filter((line) => line.kind === 'batch'), ...batches]
    if (!all && flushed >= segment.batchBefore) break
  }

  const changes = new Map<string, StoredChange[]>()
  for (const line of batches) {
    if (!all && line.batch <= flushed) continue
    for (const [key, change] of changesOf(line)) {
      // Only growth builds on what was before it.
      const before = change !== null && 'growth' in change ? changes.get(key) : undefined
      if (before) before.push(change)
      else changes.set(key, [change])
    }
  }
  return { segments, lastBatch, lastEvent, flushed, changes }
}

/** What its changes make of a document, as JSON, or null if it is gone. `before` is asked if one builds on it. */
export const replay = (steps: readonly StoredChange[], before: () => string | null): string | null => {
  let json: string | null | undefined
  for (const step of steps) {
    if (step === null) json = null
    else if ('whole' in step) json = JSON.stringify(step.whole)
    else json = grow((json === undefined ? before() : json) ?? '{}', step.growth)
  }
  return json ?? null
}
