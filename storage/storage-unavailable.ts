import { apiError } from '../schemas/errors'

/** A change could not be stored, and was undone. */
export const storageUnavailable = (cause: unknown) =>
  apiError(
    'STORAGE_UNAVAILABLE',
    `The change could not be stored, and nothing was changed: ${cause instanceof Error ? cause.message : cause}`,
  )
