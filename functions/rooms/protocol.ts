import { isObject } from '../../schemas/fields'
import { isRoomName, noSuchRooms, roomsOfQuery } from './room-names'
import type { Connection, Rooms } from './rooms'

/** A connection that can be talked to. */
export interface Talker extends Connection {
  send(message: string): void
}

interface Context {
  rooms: Rooms
  /** The time, in Unix milliseconds. */
  clock: () => number
  /** Hears of what was ignored. */
  debug(details: object, message: string): void
}

/** Puts a new connection into the rooms that its address asks for (`?rooms=a,b`), or into `all`. */
export const welcome = ({ rooms }: Context, talker: Talker, url: string): void => {
  const query = new URLSearchParams(url.split('?')[1])
  rooms.connect(talker)
  for (const room of rightRooms(talker, roomsOfQuery(query.getAll('rooms')))) rooms.join(talker, room)
}

/** Understands what a client says. What it does not understand is ignored: a client never changes state here. */
export const understand = (context: Context, talker: Talker, text: string): void => {
  const message = parse(text)
  switch (message?.type) {
    case 'ping':
      talker.send(JSON.stringify({ type: 'pong', timestamp: context.clock() }))
      break
    case 'subscribe':
      for (const room of rightRooms(talker, message.rooms)) context.rooms.join(talker, room)
      tellRooms(talker)
      break
    case 'unsubscribe':
      for (const room of rightRooms(talker, message.rooms)) context.rooms.leave(talker, room)
      tellRooms(talker)
      break
    case 'heartbeat':
    case 'keepalive':
      break
    default:
      context.debug({ characters: text.length }, 'Ignored a message that is not understood')
  }
}

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    const message: unknown = JSON.parse(text)
    return isObject(message) ? message : undefined
  } catch {
    return undefined
  }
}

/** Those of the names that are room names; the client is told of the others. */
const rightRooms = (talker: Talker, names: unknown): string[] => {
  if (!Array.isArray(names)) {
    tellError(talker, 'rooms must be an array of room names')
    return []
  }
  const wrong = names.filter((name) => !isRoomName(name))
  if (wrong.length > 0) tellError(talker, noSuchRooms(wrong))
  return names.filter(isRoomName)
}

const tellError = (talker: Talker, message: string) => talker.send(JSON.stringify({ type: 'error', message }))

const tellRooms = (talker: Talker) => talker.send(JSON.stringify({ type: 'rooms', rooms: [...talker.rooms] }))
