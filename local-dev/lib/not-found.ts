import { MaestroError } from '../../functions/client/client'

/** Whether the server says that there is no such thing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof MaestroError && error.status === 404 && !isUnknownRequest(error)

/** Whether the server does not know such a request at all: `Not found: POST /api/…`. */
export const isUnknownRequest = (error: unknown): error is MaestroError =>
  error instanceof MaestroError && error.status === 404 && /^Not found: [A-Z]+ \//.test(error.message)

/** What a request answers, or undefined where there is no such thing. Other errors are thrown. */
export const undefinedIfNotFound = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
