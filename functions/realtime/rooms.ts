import type { PublishedEvent } from '../../storage/event'

interface RoomMember {
  /** The rooms it is in. Kept by the registry. */
  readonly rooms: Set<string>
  /** Takes an event: the envelope is made once for all who hear it. */
  deliver(event: PublishedEvent, envelope: string): void
}

/** A WebSocket that listens. */
export interface Connection extends RoomMember {
  /** As browsers number them: 1 is open. */
  readonly readyState: number
}

/** An event stream that listens. */
export interface Stream extends RoomMember {
  /** Ends it: its client comes back, and catches up. */
  end(): void
}

type Subscriber = Connection | Stream

/** A listener for which more than this many bytes wait is dropped: it comes back, and catches up. */
export const maxBufferedBytes = 4 * 1024 * 1024

/** Who is in which room. */
export interface Rooms {
  connect(listener: Subscriber): void
  /** Forgets a listener, whatever rooms it is in. */
  disconnect(listener: Subscriber): void
  /** Only who is connected can be in a room. */
  join(listener: Subscriber, room: string): void
  leave(listener: Subscriber, room: string): void
  /** Sends an event to its rooms; who is in several of them gets it once. */
  publish(event: PublishedEvent): void
  connections(): readonly Connection[]
  /** How many are connected, WebSockets and streams. */
  size(): number
  /** Ends all streams, and those still to come: the host is about to stop. */
  endStreams(): void
}

/** The message that tells of an event. `timestamp`: when it is sent, in Unix milliseconds. */
export const envelopeOf = (event: { name: string; data: string }, timestamp: number): string =>
  `{"type":"${event.name}","event":"${event.name}","data":${event.data},"timestamp":${timestamp}}`

/** A registry of rooms; `clock` gives Unix milliseconds. */
export const createRooms = (clock: () => number): Rooms => {
  const listeners = new Set<Subscriber>()
  const members = new Map<string, Set<Subscriber>>()
  let ending = false

  const leave = (listener: Subscriber, room: string) => {
    listener.rooms.delete(room)
    members.get(room)?.delete(listener)
    if (members.get(room)?.size === 0) members.delete(room)
  }

  return {
    connect(listener) {
      listeners.add(listener)
      if (ending && isStream(listener)) listener.end()
    },
    disconnect(listener) {
      listeners.delete(listener)
      for (const room of [...listener.rooms]) leave(listener, room)
    },
    join(listener, room) {
      if (!listeners.has(listener)) return
      listener.rooms.add(room)
      members.set(room, (members.get(room) ?? new Set()).add(listener))
    },
    leave,
    publish(event) {
      const hearers = new Set(event.rooms.flatMap((room) => [...(members.get(room) ?? [])]))
      if (hearers.size === 0) return
      const envelope = envelopeOf(event, clock())
      for (const hearer of hearers) hearer.deliver(event, envelope)
    },
    connections: () => [...listeners].filter(isConnection),
    size: () => listeners.size,
    endStreams() {
      ending = true
      for (const stream of [...listeners].filter(isStream)) stream.end()
    },
  }
}

const isConnection = (listener: Subscriber): listener is Connection => 'readyState' in listener

const isStream = (listener: Subscriber): listener is Stream => 'end' in listener
