import type { DurableObject } from 'cloudflare:workers'
import cloudflare from 'crossws/adapters/cloudflare'
import { parseTrusted } from '../../schemas/json-text'
import type { SessionClaim } from '../../storage/rules/callers'
import { type ConnectionMemory, createHooks, maxMessageBytes } from '../realtime/websocket'
import type { AppServices } from '../services/app-services'

/** Close codes: "message too big", and "it broke off". */
const closeTooBig = 1009
const closeAbnormal = 1006

/**
 * The WebSockets of an object. They stay while the object sleeps; it then forgets everything, crossws its peers
 * included, so their rooms are kept in SQLite and all are introduced again as soon as it wakes.
 */
export const createSockets = (object: DurableObject, ctx: DurableObjectState, services: AppServices) => {
  const memory = sqlConnectionMemory(ctx.storage.sql)
  const adapter = cloudflare({
    hooks: createHooks(services, () => undefined, memory),
    // By default every path is a namespace of its own, and each would have rooms of its own.
    getNamespace: () => 'maestro',
  })
  for (const socket of ctx.getWebSockets()) void adapter.handleDurableMessage(object, socket, wakeMessage)

  return {
    upgrade: (request: Request) => adapter.handleDurableUpgrade(object, request),
    async message(socket: WebSocket, message: string | ArrayBuffer) {
      if (bytesOf(message) > maxMessageBytes) socket.close(closeTooBig, `more than ${maxMessageBytes} bytes`)
      else await adapter.handleDurableMessage(object, socket, message)
    },
    async close(socket: WebSocket, code: number, reason: string, wasClean: boolean) {
      // crossws does not answer the close, and the client would wait for that.
      if (isSendableCode(code)) socket.close(code, reason)
      else socket.close()
      await adapter.handleDurableClose(object, socket, code, reason, wasClean)
    },
    error: (socket: WebSocket) => adapter.handleDurableClose(object, socket, closeAbnormal, '', false),
  }
}

/** A message that has no effect, from which crossws and our hooks come to know the connection again. */
const wakeMessage = '{"type":"keepalive"}'

/** 1005 and 1006 stand for a close without a code, and for none at all. */
const isSendableCode = (code: number) => code !== 1005 && code !== closeAbnormal

const bytesOf = (message: string | ArrayBuffer): number =>
  typeof message === 'string' ? new TextEncoder().encode(message).length : message.byteLength

/** Keeps the rooms of every connection. What was kept of connections that did not stay is dropped. */
const sqlConnectionMemory = (sql: SqlStorage): ConnectionMemory => {
  sql.exec('CREATE TABLE IF NOT EXISTS connections (id TEXT PRIMARY KEY, rooms TEXT NOT NULL)')
  const stored = sql.exec<{ id: string; rooms: string }>('SELECT id, rooms FROM connections').toArray()
  if (stored.length > 0) sql.exec('DELETE FROM connections')
  const current = new Map<string, string>()
  const hibernated = new Map(stored.map(({ id, rooms }) => [id, rooms]))

  return {
    remember(id, { rooms, speaker }) {
      const text = JSON.stringify(speaker ? { rooms, speaker } : rooms)
      if (current.get(id) === text) return
      current.set(id, text)
      sql.exec('INSERT OR REPLACE INTO connections (id, rooms) VALUES (?, ?)', id, text)
    },
    recall(id) {
      const text = hibernated.get(id)
      if (text === undefined) return undefined
      const known = parseTrusted<string[] | { rooms: string[]; speaker: SessionClaim }>(text)
      return Array.isArray(known) ? { rooms: known } : known
    },
    forget(id) {
      hibernated.delete(id)
      if (current.delete(id)) sql.exec('DELETE FROM connections WHERE id = ?', id)
    },
  }
}
