import { parseTrusted } from '../../schemas/json-text'
import type { PublishedEvent } from '../../storage/event'
import type { SessionClaim } from '../../storage/rules/callers'

/** A subscriber that an agent is: by the token of its session. */
export type Speaker = SessionClaim

interface RoomMember {
  /** Absent for a person. */
  readonly speaker?: Speaker | undefined
  /** Ends it: its session was deleted, or is in a later run. */
  cut(): void

  /** The rooms it is in. Kept by the registry. */
  readonly rooms: Set<string>
  /** Takes an event: the envelope is serialised once for all its recipients. */
  deliver(event: PublishedEvent, envelope: string): void
}

/** A WebSocket that is subscribed. */
export interface Connection extends RoomMember {
  /** As browsers number them: 1 is open. */
  readonly readyState: number
}

/** An event stream that is subscribed. */
export interface Stream extends RoomMember {
  /** Ends it: its client comes back, and catches up. */
  end(): void
}

type Subscriber = Connection | Stream

/** Backpressure: a subscriber for which more than this many bytes wait is dropped; it reconnects, and catches up. */
export const maxBufferedBytes = 4 * 1024 * 1024

/** Who is in which room. */
export interface Rooms {
  connect(subscriber: Subscriber): void
  /** Forgets a subscriber, whatever rooms it is in. */
  disconnect(subscriber: Subscriber): void
  /** Only who is connected can be in a room. */
  join(subscriber: Subscriber, room: string): void
  leave(subscriber: Subscriber, room: string): void
  /** Sends an event to its rooms; who is in several of them gets it once. Agents whose token is void by it are cut off. */
  publish(event: PublishedEvent): void
  connections(): readonly Connection[]
  /** How many are connected, WebSockets and streams. */
  size(): number
  /** Ends all streams, and those still to come: the host is about to stop. */
  endStreams(): void
}

/** The message of an event. `timestamp`: when the change was made, in Unix milliseconds. */
export const envelopeOf = (event: { name: string; data: string }, timestamp: number): string =>
  `{"type":"${event.name}","event":"${event.name}","data":${event.data},"timestamp":${timestamp}}`

/** A registry of rooms. */
export const createRooms = (): Rooms => {
  const subscribers = new Set<Subscriber>()
  const members = new Map<string, Set<Subscriber>>()
  const speakers = new Set<Subscriber>()
  let ending = false

  const leave = (subscriber: Subscriber, room: string) => {
    subscriber.rooms.delete(room)
    members.get(room)?.delete(subscriber)
    if (members.get(room)?.size === 0) members.delete(room)
  }

  const deliver = (event: PublishedEvent) => {
    const [first, ...others] = event.rooms.flatMap((room) => members.get(room) ?? [])
    if (!first) return
    const recipients = others.length === 0 ? first : new Set([first, ...others].flatMap((room) => [...room]))
    const envelope = envelopeOf(event, event.timestamp)
    for (const recipient of recipients) recipient.deliver(event, envelope)
  }

  return {
    connect(subscriber) {
      subscribers.add(subscriber)
      if (subscriber.speaker) speakers.add(subscriber)
      if (ending && isStream(subscriber)) subscriber.end()
    },
    disconnect(subscriber) {
      subscribers.delete(subscriber)
      speakers.delete(subscriber)
      for (const room of [...subscriber.rooms]) leave(subscriber, room)
    },
    join(subscriber, room) {
      if (!subscribers.has(subscriber)) return
      subscriber.rooms.add(room)
      members.set(room, (members.get(room) ?? new Set()).add(subscriber))
    },
    leave,
    publish(event) {
      deliver(event)
      const voided = speakers.size > 0 ? voidedBy(event) : undefined
      if (!voided) return
      for (const { speaker, cut } of [...speakers])
        if (speaker?.sessionId === voided.sessionId && speaker.run < voided.run) cut()
    },
    connections: () => [...subscribers].filter(isConnection),
    size: () => subscribers.size,
    endStreams() {
      ending = true
      for (const stream of [...subscribers].filter(isStream)) stream.end()
    },
  }
}

/** Whose tokens, of runs before which, an event makes void. */
const voidedBy = ({ name, data }: PublishedEvent): SessionClaim | undefined => {
  if (name === 'session:deleted')
    return { sessionId: parseTrusted<{ id: string }>(data).id, run: Number.POSITIVE_INFINITY }
  if (name !== 'session:spawn') return undefined
  const { session } = parseTrusted<{ session: { id: string; run?: number } }>(data)
  return { sessionId: session.id, run: session.run ?? 0 }
}

const isConnection = (subscriber: Subscriber): subscriber is Connection => 'readyState' in subscriber

const isStream = (subscriber: Subscriber): subscriber is Stream => 'end' in subscriber
