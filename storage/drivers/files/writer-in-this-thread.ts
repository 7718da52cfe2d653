/** Write-behind without a thread of its own. */
import { isLong, textPieces } from './document-text'
import type { Lease } from './lease'
import { sealOf } from './seals'
import {
  type BlockedPath,
  createDocumentBatch,
  type DocumentChange,
  type DocumentWriter,
  syncDocuments,
} from './write-documents'

export const writerInThisThread = (directory: string, strict: boolean): DocumentWriter => ({
  write: async (changes, lease) => writeDocuments(directory, changes, strict, lease),
  sync: async (keys) => syncDocuments(directory, keys),
  close: async () => undefined,
})

/** All at once. */
const writeDocuments = (
  directory: string,
  changes: readonly DocumentChange[],
  strict: boolean,
  lease: Lease,
): BlockedPath[] => {
  const batch = createDocumentBatch(directory, strict, lease)
  try {
    for (const { key, document } of changes) {
      if (!document) batch.remove(key)
      else if (isLong(document)) {
        batch.begin(key, document.parts && sealOf(key, document.parts))
        for (const piece of textPieces(document)) batch.add(piece)
        batch.end()
      } else batch.write(key, document.json)
    }
    return batch.finish()
  } catch (error) {
    batch.abandon()
    throw error
  }
}
