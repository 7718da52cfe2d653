import type { Batch } from '../../driver'
import { requireDocumentKey } from './document-paths'

/** So many keys are looked at in a step. */
const keysInStep = 1000

/** The keys that a batch is about. */
export const keysOf = ({ puts, removes }: Batch): string[] => [...puts.map(({ key }) => key), ...removes]

/** Throws where a batch has a key that is none of a document; looks at each batch once. */
export const createKeyCheck = () => {
  const checked = new WeakSet<Batch>()

  const checkInSteps = function* (batch: Batch): Generator<void> {
    let done = 0
    for (const key of keysOf(batch)) {
      requireDocumentKey(key)
      if (++done % keysInStep === 0) yield
    }
    checked.add(batch)
  }

  return {
    checkInSteps,
    check(batch: Batch): void {
      if (!checked.has(batch)) for (const key of keysOf(batch)) requireDocumentKey(key)
    },
  }
}
