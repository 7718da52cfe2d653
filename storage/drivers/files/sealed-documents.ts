import { existsSync } from 'node:fs'
import type { Parts } from '../../parts'
import { isDocumentKey, pathOfKey } from './document-paths'
import { growParts } from './grown-parts'
import type { StoredChange } from './journal-lines'
import { readSealedDocument } from './sealed-document'
import { sealedKeys } from './seals'

/** The long documents whose files are as they were sealed; each is given once, for the start. */
export interface SealedDocuments {
  /** Undefined: it is to be read and checked as any other. */
  take(key: string): Parts | undefined
  /** The same after these changes of the journal. */
  takeGrown(key: string, steps: readonly StoredChange[]): Parts | undefined
}

export const openSealedDocuments = (directory: string): SealedDocuments => {
  const keys = sealedKeys(directory, (key) => isDocumentKey(key) && existsSync(pathOfKey(directory, key)))
  const take = (key: string) => (keys.delete(key) ? readSealedDocument(directory, key) : undefined)
  return {
    take,
    takeGrown(key, steps) {
      const parts = take(key)
      return parts && growParts(parts, steps)
    },
  }
}
