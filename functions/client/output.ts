/** A session's output in parts, and as it comes. */
import { endedStatuses } from '../../schemas/ended-statuses'
import type { Session } from '../../schemas/session'
import { MaestroError } from './problems'
import { guardCallback, keepConnected } from './reconnect'
import { errorOf, path, type Requests } from './requests'

export interface OutputPart {
  bytes: Uint8Array
  /** How long all of it is by now, in bytes. */
  size: number
}

export interface FollowOutputOptions {
  /** The byte to begin with; default: the first. */
  since?: number
  /** Ends it. */
  signal: AbortSignal
  /** Called with what has come, in order; it may break off in the middle of a character. */
  onBytes(bytes: Uint8Array): void
  /** The connection was lost, or could not be made; it will be tried again. */
  onDisconnect?(reason: unknown): void
}

export const outputOf = (requests: Requests) => {
  const send = (
    id: string,
    from: number,
    to: number | undefined,
    more: { query?: object; signal: AbortSignal },
  ) =>
    requests.send('GET', path`/api/sessions/${id}/output`, {
      ...more,
      query: { ...more.query },
      headers: { Range: `bytes=${from}-${to === undefined ? '' : to - 1}` },
    })

  /** What an agent has printed, from one byte up to, and not with, another. It may be less: what there is, or 4 MiB. */
  const outputPart = async (id: string, from: number, to?: number): Promise<OutputPart> => {
    const response = await send(id, from, to, { signal: AbortSignal.timeout(60_000) })
    if (response.ok) {
      const size = Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1])
      const bytes = new Uint8Array(await response.arrayBuffer())
      return { bytes, size: Number.isNaN(size) ? bytes.length : size }
    }
    const error = await errorOf(response, `GET the output of ${id}`)
    if (error.status === 416) return { bytes: new Uint8Array(0), size: Number(error.details?.size ?? 0) }
    throw error
  }

  /**
   * What an agent prints, as it comes, over connections that may break. Resolves when its session has ended and all of
   * it was given, or when `signal` aborts.
   */
  const followOutput = async (id: string, options: FollowOutputOptions): Promise<void> => {
    const { since = 0, onDisconnect } = options
    const done = new AbortController()
    const signal = AbortSignal.any([options.signal, done.signal])
    const onBytes = guardCallback(options.onBytes)
    let position = since
    const give = (bytes: Uint8Array) => {
      position += bytes.length
      onBytes(bytes)
    }
    await keepConnected({ signal, onDisconnect }, async (onConnected) => {
      const response = await send(id, position, undefined, { query: { follow: '1' }, signal })
      if (!response.ok) throw await errorOf(response, `GET the output of ${id}`)
      onConnected()
      // Not every browser iterates over a body.
      const reader = response.body?.getReader()
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) give(read.value)
      // Closed by a server that ends, or because there is no more.
      if (!(await hasEnded(id))) return
      for (let part = await outputPart(id, position); part.bytes.length > 0; ) {
        give(part.bytes)
        part = await outputPart(id, position)
      }
      done.abort()
    })
  }

  const hasEnded = async (id: string): Promise<boolean> => {
    try {
      const { status } = await requests.ask<Session>('GET', path`/api/sessions/${id}`)
      return endedStatuses.includes(status)
    } catch (error) {
      if (error instanceof MaestroError && error.status === 404) return true
      throw error
    }
  }

  return { outputPart, followOutput }
}
