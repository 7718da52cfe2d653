import type { Batch, Put } from '../../driver'
import { kindOfKey, kinds } from '../../kinds'
import { appendDeltaOf } from './append-delta'

/** Decides which documents are journaled as append deltas. */
export interface DeltaRule {
  /** The delta to write for a document, as JSON; undefined: it is to be written whole. */
  deltaOf(put: Put, batch: number): string | undefined
  /** Whether a document's file, as it was last written, survives a power failure. */
  noteFile(key: string, isOnDisk: boolean): void
  /** These batches were not stored after all. */
  forget(batches: readonly Batch[]): void
}

/**
 * A delta is only written where what it is based on survives a power failure: the journal still holds the whole document, or
 * its file is known to be on the disk. So every document of which the journal has anything can be restored, also one whose
 * file lost its content with the power. Else it is written whole: the first time that this run of the server changes it,
 * and when the segment with it was dropped.
 *
 * `batchBefore`: the last batch that is not in the journal any more.
 */
export const createDeltaRule = (batchBefore: () => number): DeltaRule => {
  /** The batch in which a document was last written whole. */
  const wholeIn = new Map<string, number>()
  const onDisk = new Set<string>()

  return {
    deltaOf({ key, appends }, batch) {
      const kind = kindOfKey(key)
      if (kind === undefined || kinds[kind].appendOnly.length === 0) return undefined
      const isBaseSafe = (wholeIn.get(key) ?? 0) > batchBefore() || onDisk.has(key)
      if (isBaseSafe && appends) return appendDeltaOf(appends)
      wholeIn.set(key, batch)
      return undefined
    },
    noteFile(key, isOnDisk) {
      if (isOnDisk) onDisk.add(key)
      else onDisk.delete(key)
    },
    forget(batches) {
      for (const { puts } of batches) for (const { key } of puts) wholeIn.delete(key)
    },
  }
}
