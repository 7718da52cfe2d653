/** How a request can fail. */

/** The server answered, and the answer is an error. */
export class MaestroError extends Error {
  /** The HTTP status. */
  readonly status: number
  /** What went wrong, for programs: a code of the API, or `UNEXPECTED_ANSWER` if it was no answer of the API. */
  readonly code: string
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, code: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'MaestroError'
    this.status = status
    this.code = code
    this.details = details
  }
}

/** There was no answer: whether a change happened is not known. */
export class ServerUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`Cannot reach the Maestro server at ${url}: ${reasonOf(cause)}`, { cause })
    this.name = 'ServerUnreachable'
  }
}

/** `fetch` hides why it failed in the cause, or in the causes of the cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return reasonOf(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error.message || error.name
}
