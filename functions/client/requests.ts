/** Requests to the API: paths, headers, and what becomes of the answer. */

import type { ErrorResponse } from '../../schemas/errors'
import { parseTrusted } from '../../schemas/json-text'
import { MaestroError, ServerUnreachable } from './problems'

export interface ClientOptions {
  /** Address of the server, such as `http://localhost:3000`. */
  url: string
  /** `MAESTRO_API_TOKEN` of the server, if it has one. */
  token?: string | undefined
  /** The session in whose name a person's program calls, as messages and answers then say. Not with a session's own token. */
  sessionId?: string | undefined
  /** Used instead of the global `fetch`, which is one such. */
  fetch?: Fetch
  /** How long an answer may take, in milliseconds; default 60,000: a spawn alone may take 30,000. */
  timeout?: number
}

/** What is asked of a `fetch`. */
export interface Asked {
  method: string
  headers: Record<string, string>
  body?: string
  signal?: AbortSignal
}

/** What is used of a `Response`. */
export interface Answer extends Pick<Response, 'ok' | 'status' | 'body' | 'text' | 'arrayBuffer'> {
  readonly headers: Pick<Headers, 'get'>
}

export type Fetch = (url: string, asked: Asked) => Promise<Answer>

/** A query parameter as a text, or what `String` makes it of. */
export type QueryText = string | boolean | null

export type Query = Readonly<Record<string, QueryText | number | undefined>>

interface RequestOptions {
  query?: Query
  /** Sent as JSON; a text is sent as it is. */
  body?: object | string
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

export interface Requests {
  readonly url: string
  readonly token: string | undefined
  /** The response, whatever its status. Throws `ServerUnreachable` if there is none. */
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>
  /** The body of an answer, and its headers. Throws `MaestroError` and `ServerUnreachable`. */
  answer<T>(
    method: string,
    path: string,
    options?: RequestOptions,
  ): Promise<{ body: T; headers: Answer['headers'] }>
  /** A body that is no JSON. */
  text(method: string, path: string, options?: RequestOptions): Promise<string>
  /** The body alone. */
  ask<T>(method: string, path: string, options?: RequestOptions): Promise<T>
}

/** Throws `TypeError` if the URL is none that can be asked. */
export const createRequests = (options: ClientOptions): Requests => {
  const { token, sessionId, timeout = 60_000 } = options
  const url = baseUrl(options.url)
  const ownHeaders = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(sessionId !== undefined && { 'X-Maestro-Session': sessionId }),
  }

  const send: Requests['send'] = async (method, path, { query, body, headers, signal } = {}) => {
    const send = options.fetch ?? fetch
    try {
      return await send(url + path + queryText(query), {
        method,
        headers: {
          ...ownHeaders,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal && { signal }),
      })
    } catch (error) {
      throw signal?.aborted && !isTimeout(signal) ? error : new ServerUnreachable(url, error)
    }
  }

  const answer = async <T>(method: string, path: string, options: RequestOptions = {}) => {
    const signal = AbortSignal.timeout(timeout)
    const response = await send(method, path, { signal, ...options })
    if (!response.ok) throw await errorOf(response, `${method} ${path}`)
    const text = await textOf(response, url)
    const body: T = parse(text, response.status, `${method} ${path}`)
    return { body, headers: response.headers }
  }

  const text: Requests['text'] = async (method, path, options) => {
    const response = await send(method, path, { signal: AbortSignal.timeout(timeout), ...options })
    if (!response.ok) throw await errorOf(response, `${method} ${path}`)
    return textOf(response, url)
  }

  return {
    url,
    token,
    send,
    text,
    answer,
    ask: async <T>(method: string, path: string, options?: RequestOptions) =>
      (await answer<T>(method, path, options)).body,
  }
}

/**
 * A path with ids in it. An id that is empty or a step to another folder would make it another path, so it gets
 * a space before it: the server answers as to any id of nothing.
 */
export const path = (texts: TemplateStringsArray, ...ids: readonly string[]): string =>
  texts.map((text, index) => text + (index < ids.length ? segment(ids[index] ?? '') : '')).join('')

const segment = (id: string): string => encodeURIComponent(/^\.{0,2}$/.test(id) ? ` ${id}` : id)

/** The error that a response carries. */
export const errorOf = async (response: Answer, asked: string): Promise<MaestroError> => {
  const { status } = response
  const body: Partial<ErrorResponse> | null = parse(await response.text().catch(() => ''), status, asked)
  if (body?.error !== true || typeof body.code !== 'string') return unexpected(status, asked)
  return new MaestroError(status, body.code, body.message ?? body.code, body.details)
}

const baseUrl = (text: string): string => {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw new TypeError(`The server's URL must start with http:// or https://, not "${text}"`)
}

const queryText = (query: Query = {}): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value))
  return parameters.size > 0 ? `?${parameters}` : ''
}

const isTimeout = ({ reason }: AbortSignal) => reason instanceof Error && reason.name === 'TimeoutError'

/** The body may break off where the head did not. */
const textOf = async (response: Answer, url: string): Promise<string> => {
  try {
    return await response.text()
  } catch (error) {
    throw new ServerUnreachable(url, error)
  }
}

const parse = <T>(text: string, status: number, asked: string): T => {
  try {
    return parseTrusted(text)
  } catch {
    throw unexpected(status, asked)
  }
}

const unexpected = (status: number, asked: string) =>
  new MaestroError(
    status,
    'UNEXPECTED_ANSWER',
    `${asked} was answered with status ${status} and not as by a Maestro server: is the URL right?`,
  )
