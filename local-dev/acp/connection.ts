/** JSON-RPC 2.0 between two peers, strictly in the order in which messages come. */
import type { Envelope } from './envelope'
import { errorCodes } from './error-codes'
import { type AcpClosed, AcpError, AcpTimeout } from './errors'
import { ErrorObject } from './protocol'

/** An incoming request. */
export interface IncomingRequest {
  method: string
  params: unknown
  /** Aborts when the peer takes it back, or the connection is closed. */
  signal: AbortSignal
}

export interface ConnectionOptions {
  send(message: Record<string, unknown>): void
  /** Its result is the answer; an `AcpError` that it throws as well. */
  onRequest(request: IncomingRequest): Promise<unknown>
  onNotification(method: string, params: unknown): void
}

interface PendingRequest {
  method: string
  resolve(result: unknown): void
  reject(error: Error): void
  onAnswer: (() => void) | undefined
}

interface RequestOptions {
  /** Called when the answer has come, before any message that came after it. */
  onAnswer?: () => void
  /** Counted anew whenever anything comes; undefined: it is waited for without an end. */
  timeoutMs?: number
}

/** What came of a message. */
export type Received = 'answer' | 'request' | 'handled' | 'noise'

export type Connection = ReturnType<typeof createConnection>

export const createConnection = ({ send, onRequest, onNotification }: ConnectionOptions) => {
  const pending = new Map<string, PendingRequest>()
  const incoming = new Map<unknown, AbortController>()
  let lastId = 0
  let lastHeardAt = 0
  let closedBy: Error | undefined

  /** Rejects when nothing has come for `timeoutMs`. */
  const watch = (id: string, method: string, timeoutMs: number) => {
    const startedAt = performance.now()
    let timer: NodeJS.Timeout
    const check = () => {
      const leftMs = Math.max(startedAt, lastHeardAt) + timeoutMs - performance.now()
      if (leftMs > 0) timer = setTimeout(check, leftMs)
      else
        take(id)?.reject(new AcpTimeout(`${method} was not answered: nothing came for ${timeoutMs / 1000} s`))
    }
    timer = setTimeout(check, timeoutMs)
    return () => clearTimeout(timer)
  }

  const take = (id: string): PendingRequest | undefined => {
    const request = pending.get(id)
    pending.delete(id)
    request?.onAnswer?.()
    return request
  }

  const answer = async (id: unknown, method: string, params: unknown) => {
    const controller = new AbortController()
    incoming.set(id, controller)
    const outcome = await Promise.resolve()
      .then(() => onRequest({ method, params, signal: controller.signal }))
      .then(
        (result) => ({ result: result ?? {} }),
        (error: unknown) => ({ error: errorObjectOf(error) }),
      )
    if (incoming.get(id) === controller) incoming.delete(id)
    if (!closedBy) send({ jsonrpc: '2.0', id, ...outcome })
  }

  const receiveAnswer = (message: Record<string, unknown>): boolean => {
    // Some agents give the number back as a string.
    const request = take(String(message.id))
    if (!request) return false
    if (message.error === undefined || message.error === null) request.resolve(message.result)
    else request.reject(errorOf(message.error))
    return true
  }

  return {
    /** Throws `AcpError`, `AcpClosed`, and `AcpTimeout` where a time is given. */
    request(method: string, params: object, { onAnswer, timeoutMs }: RequestOptions = {}): Promise<unknown> {
      if (closedBy) return Promise.reject(closedBy)
      const id = ++lastId
      const stopWatching = timeoutMs === undefined ? undefined : watch(String(id), method, timeoutMs)
      const answered = new Promise((resolve, reject) => {
        pending.set(String(id), { method, resolve, reject, onAnswer })
        send({ jsonrpc: '2.0', id, method, params })
      })
      return answered.finally(stopWatching)
    },

    notify(method: string, params: object): void {
      if (!closedBy) send({ jsonrpc: '2.0', method, params })
    },

    /**
     * Hands a message on. `answer`: one that was waited for; `request`: one that is answered. Both go on by themselves,
     * before the next message if that is left for later. `noise`: it is none of JSON-RPC. A surplus answer, or one to what
     * was never asked, is ignored.
     */
    receive(message: Record<string, unknown>): Received {
      lastHeardAt = performance.now()
      const { method } = message
      if (typeof method !== 'string') {
        const isAnswer = 'result' in message || 'error' in message
        // With null, the agent says that it could not read something.
        if (!isAnswer || message.id === undefined || message.id === null) return 'noise'
        return receiveAnswer(message) ? 'answer' : 'handled'
      }
      if ('id' in message) {
        void answer(message.id, method, message.params)
        return 'request'
      }
      if (method === '$/cancel_request') incoming.get(requestIdOf(message.params))?.abort()
      else onNotification(method, message.params)
      return 'handled'
    },

    /** A message was too large: whoever waits for it is told, on either side. */
    skip({ id, method }: Envelope, reason: string): void {
      lastHeardAt = performance.now()
      if (id === undefined) return
      const error = new AcpError({ code: errorCodes.invalidRequest, message: reason })
      if (method === undefined) take(String(id))?.reject(error)
      else send({ jsonrpc: '2.0', id, error: errorObjectOf(error) })
    },

    /** Nothing is sent any more; what is pending is rejected with this error. */
    close(error: AcpClosed): void {
      if (closedBy) return
      closedBy = error
      for (const id of [...pending.keys()]) take(id)?.reject(error)
      for (const controller of incoming.values()) controller.abort()
      incoming.clear()
    },
  }
}

const requestIdOf = (params: unknown): unknown =>
  typeof params === 'object' && params !== null && 'requestId' in params ? params.requestId : undefined

const errorOf = (error: unknown): AcpError => {
  const { data } = ErrorObject.safeParse(error)
  const fallback = typeof error === 'string' ? error : 'an error without a message'
  return new AcpError({
    code: data?.code ?? errorCodes.internal,
    message: data?.message || fallback,
    data: data?.data,
  })
}

const errorObjectOf = (error: unknown) =>
  error instanceof AcpError
    ? { code: error.code, message: error.message, ...(error.data !== undefined && { data: error.data }) }
    : { code: errorCodes.internal, message: 'Internal error' }
