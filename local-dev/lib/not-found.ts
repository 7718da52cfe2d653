import { MaestroError } from '../../functions/client/client'

/** Whether the server says that there is no such thing. */
export const isNotFound = (error: unknown): boolean => error instanceof MaestroError && error.status === 404

/** What a request answers, or undefined where there is no such thing. Other errors are thrown. */
export const undefinedIfNotFound = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
