import type { Documents } from './documents'
import type { Entry } from './entry'
import type { Steps } from './others-turn'
import type { Staged } from './transaction'

/** So many entries become visible in a step. */
const entriesInStep = 1000

/** Makes a staged change visible, a part with every step; returns the function that undoes it. */
export function* apply(documents: Documents, { entries, removed }: Staged): Steps<() => void> {
  const previous: (Entry | undefined)[] = []
  for (const entry of entries) {
    previous.push(documents.get(entry.kind, entry.id))
    documents.put(entry.kind, entry)
    if (previous.length % entriesInStep === 0) yield
  }
  for (const entry of removed) documents.remove(entry.kind, entry.id)
  return () => {
    for (const entry of entries) documents.remove(entry.kind, entry.id)
    for (const entry of [...previous, ...removed]) if (entry) documents.put(entry.kind, entry)
  }
}
