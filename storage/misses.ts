import { ApiError, apiError } from '../schemas/errors'
import type { Documents } from './documents'
import type { WorkspaceDriver } from './driver'
import type { Entry } from './entry'
import { kinds } from './kinds'

/** Documents of which it is known what cannot be read now. */
export interface WatchedDocuments {
  /** The same documents. */
  documents: Documents
  /**
   * Runs what reads them. Whether a document exists that cannot be read now is not known: so an error that says that
   * there is none becomes `STORAGE_UNAVAILABLE`, which names the path.
   */
  run<T>(read: () => T): T
}

export const watchMisses = (documents: Documents, driver: WorkspaceDriver): WatchedDocuments => {
  const { unreadable } = driver
  if (!unreadable) return { documents, run: (read) => read() }
  let missed: string | undefined
  return {
    documents: {
      ...documents,
      get(kind, id) {
        const entry = documents.get(kind, id)
        if (!entry) missed = unreadable(kind, id) ?? missed
        return entry
      },
    },
    run(read) {
      missed = undefined
      try {
        return read()
      } catch (error) {
        const isMissing = error instanceof ApiError && error.status === 404
        throw isMissing && missed !== undefined ? apiError('STORAGE_UNAVAILABLE', missed) : error
      }
    },
  }
}

/** Why what hangs on one of these entities, and would be left behind, cannot be read now. */
export const unreadableBelow = (driver: WorkspaceDriver, removed: readonly Entry[]): string | undefined => {
  for (const { kind, id } of removed)
    for (const prefix of kinds[kind].dependents?.(id) ?? []) {
      const reason = driver.unreadableUnder?.(prefix)
      if (reason !== undefined) return reason
    }
  return undefined
}
