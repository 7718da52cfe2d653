// The queue side of the contract tests: its shapes, what items look like, and requests about one session's queue.
import { expect } from 'vitest'
import type { Api } from './http'

interface Item {
  taskId: string
  status: string
  addedAt: number
  startedAt?: number
  completedAt?: number
  failReason?: string
}

export interface Queue {
  sessionId: string
  strategy: string
  items: Item[]
  currentIndex: number
  createdAt: number
  updatedAt: number
}

type OfTask = { id: string }
const time = expect.any(Number)

/** An item that waits. */
export const waiting = ({ id }: OfTask) => ({ taskId: id, status: 'queued', addedAt: time })
/** An item in processing. */
export const started = (task: OfTask) => ({ ...waiting(task), status: 'processing', startedAt: time })
/** An item that ended after it was started. */
export const ended = (task: OfTask, status: string) => ({ ...started(task), status, completedAt: time })
/** An item that was skipped while it waited. */
export const leftOut = (task: OfTask) => ({ ...waiting(task), status: 'skipped', completedAt: time })

/** How many items stand where; those not named: none. */
export const stats = (counts: object) => ({
  ...{ total: 0, queued: 0, processing: 0, completed: 0, failed: 0, skipped: 0 },
  ...counts,
})

/** Requests about the queue of one session. */
export const queueOf = (api: Api, sessionId: string) => {
  const path = (operation: string) => `/api/sessions/${sessionId}/queue${operation && `/${operation}`}`
  return {
    sessionId,
    /** A read that must succeed. `''`: the whole queue. */
    get: <Body = unknown>(what = '') => api.get<Body>(path(what)),
    /** An operation that must succeed. */
    run: (operation: string, body?: object) => api.ok('POST', path(operation), body),
    /** Any request, with whatever it is answered. */
    request: (method: 'GET' | 'POST', operation: string, body?: object) =>
      api.request(method, path(operation), body),
    /** The queue as it is now. */
    read: async () => (await api.get<{ queue: Queue }>(path(''))).queue,
  }
}
