import type { PublishedEvent } from '../../storage/event'

/** One who listens: a WebSocket, or an event stream. */
export interface Listener {
  /** The rooms it is in. Kept by the registry. */
  readonly rooms: Set<string>
  /** Takes an event: the envelope is made once for all who hear it. */
  hear(event: PublishedEvent, envelope: string): void
}

/** A WebSocket that listens. */
export interface Connection extends Listener {
  /** As browsers number them: 1 is open. */
  readonly readyState: number
}

/** Who is in which room. */
export interface Rooms {
  join(listener: Listener, room: string): void
  leave(listener: Listener, room: string): void
  /** Sends an event to its rooms; who is in several of them gets it once. */
  publish(event: PublishedEvent): void
  connect(connection: Connection): void
  disconnect(connection: Connection): void
  connections(): readonly Connection[]
}

/** The room that every connection starts in, unless it asks for others. */
export const defaultRoom = 'all'

const roomName = /^(?:all|queues|templates|(?:project|session|task):[A-Za-z0-9_-]{1,128})$/

/** Whether there can be such a room; whether anything is in it does not matter. */
export const isRoomName = (name: unknown): name is string => typeof name === 'string' && roomName.test(name)

/** The message that tells of an event. `timestamp`: when it is sent, in Unix milliseconds. */
export const envelopeOf = ({ name, data }: PublishedEvent, timestamp: number): string =>
  `{"type":"${name}","event":"${name}","data":${data},"timestamp":${timestamp}}`

/** A registry of rooms; `clock` gives Unix milliseconds. */
export const createRooms = (clock: () => number): Rooms => {
  const members = new Map<string, Set<Listener>>()
  const connections = new Set<Connection>()

  const leave = (listener: Listener, room: string) => {
    listener.rooms.delete(room)
    members.get(room)?.delete(listener)
    if (members.get(room)?.size === 0) members.delete(room)
  }

  return {
    join(listener, room) {
      listener.rooms.add(room)
      members.set(room, (members.get(room) ?? new Set()).add(listener))
    },
    leave,
    publish(event) {
      const listeners = new Set(event.rooms.flatMap((room) => [...(members.get(room) ?? [])]))
      if (listeners.size === 0) return
      const envelope = envelopeOf(event, clock())
      for (const listener of listeners) listener.hear(event, envelope)
    },
    connect: (connection) => void connections.add(connection),
    disconnect(connection) {
      connections.delete(connection)
      for (const room of [...connection.rooms]) leave(connection, room)
    },
    connections: () => [...connections],
  }
}
