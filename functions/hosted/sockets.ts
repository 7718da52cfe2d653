import type { DurableObjectState, SqlStorage, WebSocket } from '@cloudflare/workers-types'
import cloudflare from 'crossws/adapters/cloudflare'
import { type ConnectionMemory, createHooks, maxMessageBytes } from '../realtime/websocket'
import type { AppServices } from '../services/app-services'

/** Close codes: "message too big", and "it broke off". */
const tooBig = 1009
const brokeOff = 1006

/** What crossws needs to know of the object. */
interface DurableObject {
  ctx: DurableObjectState
}

/**
 * The WebSockets of an object. They stay while the object sleeps; it then forgets everything, crossws its peers
 * included, so their rooms are kept in SQLite and all are introduced again as soon as it wakes.
 */
export const createSockets = (object: DurableObject, host: AppServices) => {
  const { ctx } = object
  const memory = rememberingRooms(ctx.storage.sql)
  const adapter = cloudflare({
    hooks: createHooks(host, () => undefined, memory),
    // By default every path is a namespace of its own, and each would have rooms of its own.
    getNamespace: () => 'maestro',
  })
  for (const socket of ctx.getWebSockets()) void adapter.handleDurableMessage(object, socket, nothing)

  return {
    upgrade: (request: Request) => adapter.handleDurableUpgrade(object, request),
    async message(socket: WebSocket, message: string | ArrayBuffer) {
      if (bytesOf(message) > maxMessageBytes) socket.close(tooBig, `more than ${maxMessageBytes} bytes`)
      else await adapter.handleDurableMessage(object, socket, message)
    },
    async close(socket: WebSocket, code: number, reason: string, wasClean: boolean) {
      // crossws does not answer the close, and the client would wait for that.
      if (mayBeSaid(code)) socket.close(code, reason)
      else socket.close()
      await adapter.handleDurableClose(object, socket, code, reason, wasClean)
    },
    error: (socket: WebSocket) => adapter.handleDurableClose(object, socket, brokeOff, '', false),
  }
}

/** A message that has no effect, from which crossws and our hooks come to know the connection again. */
const nothing = '{"type":"keepalive"}'

/** 1005 and 1006 stand for a close without a code, and for none at all. */
const mayBeSaid = (code: number) => code !== 1005 && code !== brokeOff

const bytesOf = (message: string | ArrayBuffer): number =>
  typeof message === 'string' ? new TextEncoder().encode(message).length : message.byteLength

/** Keeps the rooms of every connection. What was kept of connections that did not stay is dropped. */
const rememberingRooms = (sql: SqlStorage): ConnectionMemory => {
  sql.exec('CREATE TABLE IF NOT EXISTS connections (id TEXT PRIMARY KEY, rooms TEXT NOT NULL)')
  const before = sql.exec<{ id: string; rooms: string }>('SELECT id, rooms FROM connections').toArray()
  if (before.length > 0) sql.exec('DELETE FROM connections')
  const known = new Map<string, string>()
  const asleep = new Map(before.map(({ id, rooms }) => [id, rooms]))

  return {
    remember(id, rooms) {
      const text = JSON.stringify(rooms)
      if (known.get(id) === text) return
      known.set(id, text)
      sql.exec('INSERT OR REPLACE INTO connections (id, rooms) VALUES (?, ?)', id, text)
    },
    recall(id) {
      const text = asleep.get(id)
      return text === undefined ? undefined : JSON.parse(text)
    },
    forget(id) {
      asleep.delete(id)
      if (known.delete(id)) sql.exec('DELETE FROM connections WHERE id = ?', id)
    },
  }
}
