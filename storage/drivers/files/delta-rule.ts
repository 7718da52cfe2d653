import type { Batch, Put } from '../../driver'
import { kindOfKey, kinds } from '../../kinds'
import { appendDeltaOf } from './append-delta'

/** Decides which documents are journaled as append deltas. */
export interface DeltaRule {
  /** The delta to write for a document, as JSON; undefined: it is to be written whole. */
  deltaOf(put: Put, batch: number): string | undefined
  /** These batches were not stored after all. */
  forget(batches: readonly Batch[]): void
}

/**
 * A delta is only written where the journal still holds the whole document that it is based on: so the journal can
 * restore every document of which it has anything, also one whose file lost its content with the power. A document
 * is written whole the first time that this run of the server changes it, and when the segment with it was dropped.
 *
 * `batchBefore`: the last batch that is not in the journal any more.
 */
export const createDeltaRule = (batchBefore: () => number): DeltaRule => {
  /** The batch in which a document was last written whole. */
  const wholeIn = new Map<string, number>()

  return {
    deltaOf({ key, appends }, batch) {
      const kind = kindOfKey(key)
      if (kind === undefined || kinds[kind].appendOnly.length === 0) return undefined
      const isBaseKept = (wholeIn.get(key) ?? 0) > batchBefore()
      if (isBaseKept && appends) return appendDeltaOf(appends)
      wholeIn.set(key, batch)
      return undefined
    },
    forget(batches) {
      for (const { puts } of batches) for (const { key } of puts) wholeIn.delete(key)
    },
  }
}
