/** How tools use the operations of the API: as requests of whoever calls, so that rights, checks and errors are the same. */
import { ErrorResponse } from '../../schemas/errors'
import type { Answer } from '../client/requests'
import type { Definition } from '../http/operation'

/** Sends a request to the API, in the caller's name. Rejects where it cannot be reached. */
export type Send = (
  method: string,
  address: string,
  options: { body?: string; signal?: AbortSignal },
) => Promise<Answer>

interface CallInput {
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | number | undefined>>
  body?: object
  /** Given where it waits for something: ends that when the client goes away. A change is made whole without it. */
  signal?: AbortSignal
}

export interface CallAnswer {
  /** As the operation answers it. */
  body: unknown
  /** Of a list that goes on: how many there are in all, and where to go on. */
  total: number | undefined
  cursor: string | undefined
}

/** Does an operation, by its name in the list of operations. Throws `ToolError` with what the API says against it. */
export type Call = (name: string, input?: CallInput) => Promise<CallAnswer>

/** What a tool answers when it cannot do what it was asked. */
export class ToolError extends Error {
  readonly code: string
  readonly details: Record<string, unknown> | undefined

  constructor(code: string, message: string, details?: Record<string, unknown>) {
    super(message)
    this.name = 'ToolError'
    this.code = code
    this.details = details
  }
}

/** Throws at a name that is not in the list: that is a mistake of ours. */
export const createCall = (definitions: readonly Definition[], send: Send): Call => {
  const byName = new Map<string, Definition>(definitions.map((definition) => [definition.name, definition]))
  return async (name, { params = {}, query = {}, body, signal } = {}) => {
    const definition = byName.get(name)
    if (!definition) throw new Error(`There is no operation ${name}`)
    const { method, path } = definition
    const response = await send(method, addressOf(path, params, query), {
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    const answer = parse(await response.text())
    if (!response.ok) throw refusalOf(response.status, answer)
    const total = response.headers.get('X-Total-Count')
    return {
      body: answer,
      total: total === null ? undefined : Number(total),
      cursor: response.headers.get('X-Next-Cursor') ?? undefined,
    }
  }
}

const addressOf = (
  path: string,
  params: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string | number | undefined>>,
): string => {
  const address = path.replace(/:(\w+)/g, (_, name: string) => segment(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size > 0 ? `${address}?${search}` : address
}

/** An id that is empty or climbs would make another path of it: with a space before it, it is one that nothing has. */
const segment = (id: string): string => encodeURIComponent(/^\.{0,2}$/.test(id) ? ` ${id}` : id)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refusalOf = (status: number, answer: unknown): ToolError => {
  const { data } = ErrorResponse.safeParse(answer)
  return data
    ? new ToolError(data.code, data.message, data.details)
    : new ToolError(
        'UNEXPECTED_ANSWER',
        `The server answered with status ${status} and not as a Maestro server`,
      )
}
