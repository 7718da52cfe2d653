import { isObject } from '../../schemas/fields'
import { isRoomName, maxRooms, noSuchRooms, roomsIn, tooManyRooms } from '../../schemas/room-names'
import type { Connection, Rooms } from './rooms'

/** A connection that can be talked to. */
export interface ClientConnection extends Connection {
  /** Whether it asked (`?ids=1`) for the numbers of events, so that it can catch up after a disconnect. */
  readonly withIds: boolean
  /** Its rooms as JSON, once they were asked for: who asks again and again gets the same text. */
  roomsJson?: string | undefined
  send(message: string): void
}

interface ProtocolContext {
  rooms: Rooms
  /** The time, in Unix milliseconds. */
  clock: () => number
  /** The number of the last event that was published. */
  lastEvent: () => number
  /** Logs what a client sent that was ignored. */
  debug(details: object, message: string): void
}

/** Whether the address of a connection asks for the numbers of events. */
export const wantsEventIds = (url: string): boolean => queryOf(url).get('ids') === '1'

/** An envelope with the number of its event, as the event stream has it. */
export const withEventId = (envelope: string, number: number): string =>
  `${envelope.slice(0, -1)},"id":${number}}`

/**
 * Puts a new connection into the rooms that its address asks for (`?rooms=a,b`), or into `all`. One that asked
 * for numbers gets its rooms at once, with the number of the last event before it.
 */
export const onOpen = (context: ProtocolContext, connection: ClientConnection, url: string): void => {
  context.rooms.connect(connection)
  join(context, connection, roomsIn(queryOf(url).getAll('rooms').join()))
  if (connection.withIds) sendRooms(context, connection)
}

/** Handles a message of a client. One that is not known is ignored: a client never changes state here. */
export const handleMessage = (context: ProtocolContext, connection: ClientConnection, text: string): void => {
  const message = parse(text)
  switch (message?.type) {
    case 'ping':
      sendReply(context, connection, { type: 'pong', timestamp: context.clock() })
      break
    case 'subscribe':
      join(context, connection, message.rooms)
      sendRooms(context, connection)
      break
    case 'unsubscribe':
      leave(context, connection, message.rooms)
      sendRooms(context, connection)
      break
    case 'heartbeat':
    case 'keepalive':
      break
    default:
      context.debug({ characters: text.length }, 'Ignored a message that is not understood')
  }
}

/** Puts a connection into rooms, as long as it is in no more than it may be. */
const join = ({ rooms }: ProtocolContext, connection: ClientConnection, names: unknown) => {
  let isFull = false
  for (const room of validRooms(connection, names))
    if (connection.rooms.has(room)) continue
    else if (connection.rooms.size >= maxRooms) isFull = true
    else {
      rooms.join(connection, room)
      connection.roomsJson = undefined
    }
  if (isFull) sendError(connection, tooManyRooms)
}

const leave = ({ rooms }: ProtocolContext, connection: ClientConnection, names: unknown) => {
  for (const room of validRooms(connection, names)) {
    rooms.leave(connection, room)
    connection.roomsJson = undefined
  }
}

const queryOf = (url: string) => new URLSearchParams(url.split('?')[1])

const sendReply = ({ lastEvent }: ProtocolContext, connection: ClientConnection, message: object) =>
  connection.send(JSON.stringify(connection.withIds ? { ...message, id: lastEvent() } : message))

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    const message: unknown = JSON.parse(text)
    return isObject(message) ? message : undefined
  } catch {
    return undefined
  }
}

/** Those of the names that are room names; the client gets an error that names the others. */
const validRooms = (connection: ClientConnection, names: unknown): string[] => {
  if (!Array.isArray(names)) {
    sendError(connection, 'rooms must be an array of room names')
    return []
  }
  const invalid = names.filter((name) => !isRoomName(name))
  if (invalid.length > 0) sendError(connection, noSuchRooms(invalid))
  return names.filter(isRoomName)
}

const sendError = (connection: ClientConnection, message: string) =>
  connection.send(JSON.stringify({ type: 'error', message }))

const sendRooms = ({ lastEvent }: ProtocolContext, connection: ClientConnection) => {
  connection.roomsJson ??= JSON.stringify([...connection.rooms])
  const message = `{"type":"rooms","rooms":${connection.roomsJson}}`
  connection.send(connection.withIds ? withEventId(message, lastEvent()) : message)
}
