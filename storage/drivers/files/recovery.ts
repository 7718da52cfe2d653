import { changesOf, type JournalLine, type StoredChange } from './journal-lines'
import { listSegments, readSegment, type Segment } from './segments'

/** The content of the journal of an earlier run. */
export interface Recovered {
  segments: Segment[]
  lastBatch: number
  lastEvent: number
  /** The number of the last batch that is known to be in the files. */
  lastCheckpoint: number
  /** The changes since then, which the files may lack: for each key in order. */
  changes: Map<string, StoredChange[]>
}

/**
 * Reads the journal back to its last checkpoint; with `all`, every segment that is kept, as if no file had been
 * written.
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
  let lastCheckpoint = 0
  let batches: JournalLine[] = []
  for (const [index, segment] of [...segments.entries()].reverse()) {
    const lines = readSegment(segment, segments[index + 1], (line) => onDamage({ file: segment.path, line }))
    for (const line of lines) {
      lastBatch = Math.max(lastBatch, line.batch)
      lastEvent = Math.max(lastEvent, line.lastEvent)
      if (line.type === 'checkpoint') lastCheckpoint = Math.max(lastCheckpoint, line.batch)
    }
    batches = [...lines.filter((line) => line.type === 'batch'), ...batches]
    if (!all && lastCheckpoint >= segment.batchBefore) break
  }

  const changes = new Map<string, StoredChange[]>()
  for (const line of batches) {
    if (!all && line.batch <= lastCheckpoint) continue
    for (const [key, change] of changesOf(line)) {
      // Only an append delta builds on the changes before it.
      const before = change !== null && 'delta' in change ? changes.get(key) : undefined
      if (before) before.push(change)
      else changes.set(key, [change])
    }
  }
  return { segments, lastBatch, lastEvent, lastCheckpoint, changes }
}
