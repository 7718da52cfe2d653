/** One connection: what is looked at is loaded once, then events keep it current, also over breaks. */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Client, MaestroEvent } from '../../functions/client/client'
import { noChoices, type SpawnChoices } from './choices'
import { feedEntryOf, prependToFeed } from './feed'
import { load, type Need } from './loads'
import type { Store } from './store'

type Connection =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** What is shown may be old. `since`: Unix milliseconds. */
  | { kind: 'lost'; since: number }
  /** The server wants a token. `isWrong`: the one that was given does not hold. */
  | { kind: 'token'; isWrong: boolean }
  | { kind: 'refused'; reason: string }

type LoadState = 'asked' | 'loading' | 'loaded' | 'missing' | 'failed'

export interface Live {
  connection: ReadonlySignal<Connection>
  choices: ReadonlySignal<SpawnChoices>
  /** How far what was asked for is; undefined: nobody has asked. */
  stateOf(need: Need): LoadState | undefined
  /** Asks for something that is looked at; what is there already is not loaded again. */
  want(need: Need): void
  /** Loads it again, though it is there: what no event tells of. */
  again(need: Need): void
  /** Loads the next page of what is read in pages. */
  more(need: 'ended'): void
  /** What happened before the page began to listen, as far as the server knows it. */
  readEarlier(): Promise<void>
  /** Connects, or connects again: as whoever the client calls as. `hasToken`: whether it shows one. */
  start(client: Client, hasToken: boolean): void
  stop(): void
}

interface LiveOptions {
  store: Store
  clock: () => number
  /** Calls back soon, when there is time to draw. */
  schedule(callback: () => void): void
  statusOf(error: unknown): number | undefined
  textOf(error: unknown): string
}

/** What everybody hears; messages are told only in the rooms of their projects. */
const baseRooms = ['all', 'inbox', 'queues']
/** An address has so much room. */
const maxProjectRooms = 300
/** A list that could not be read while the connection was there is asked for again after so many milliseconds. */
const retryMs = 1500
/** Lists that take longer, in milliseconds, are not waited for with the connection. */
const slowMs = 1000
/** So many events before the page began are asked for. */
const earlierEvents = 300

export const createLive = ({ store, clock, schedule, statusOf, textOf }: LiveOptions): Live => {
  const connection = signal<Connection>({ kind: 'connecting' })
  const choices = signal<SpawnChoices>(noChoices)
  const states = new Map<Need, Signal<LoadState | undefined>>()
  let client: Client | undefined
  let isTokenShown = false
  let listening: AbortController | undefined
  let rooms: readonly string[] = baseRooms
  let lastEventId: number | undefined
  let firstEventId: number | undefined
  let waiting: MaestroEvent[] = []

  /** Of each need alone: of hundreds of tasks that cards name, no view draws anew. */
  const stateOf = (need: Need): Signal<LoadState | undefined> => {
    const known = states.get(need)
    if (known) return known
    const made = signal<LoadState | undefined>(undefined)
    states.set(need, made)
    return made
  }

  const setState = (need: Need, state: LoadState | undefined) => {
    stateOf(need).value = state
  }

  const loadNow = async (need: Need, isMore = false) => {
    if (!client || stateOf(need).peek() === 'loading') return
    const asked = client
    const known = stateOf(need).peek() === 'loaded'
    if (!known || isMore) setState(need, 'loading')
    try {
      const setChoices = (found: SpawnChoices) => {
        choices.value = found
      }
      await load(need, { client: asked, store, setChoices, isMore: isMore && known })
      if (asked === client) setState(need, 'loaded')
    } catch (error) {
      if (asked !== client) return
      const status = statusOf(error)
      setState(need, status === 404 ? 'missing' : 'failed')
      // Another time the server may answer, or answer otherwise.
      if (status === undefined || status >= 500) setTimeout(() => isLive() && loadUnread(), retryMs)
    }
  }

  const loadUnread = () => {
    for (const [need, cell] of [...states]) {
      const state = cell.peek()
      if (state === 'asked' || state === 'failed') void loadNow(need)
    }
  }

  const isLive = () => connection.peek().kind === 'live'

  /** Whether what happens from now on will be told: by the connection, or by the one that is still to be made. */
  const mayLoad = () => isLive() || (connection.peek().kind === 'connecting' && lastEventId !== undefined)

  const flush = () => {
    const events = waiting
    waiting = []
    store.apply(events)
  }

  const listen = () => {
    if (!client) return
    listening?.abort()
    const controller = new AbortController()
    listening = controller
    const isOurs = () => listening === controller
    client.events
      .connect({
        rooms,
        since: lastEventId,
        signal: controller.signal,
        onEvent(event) {
          if (!isOurs()) return
          lastEventId = event.id
          if (waiting.push(event) === 1) schedule(flush)
        },
        onReset(id) {
          if (!isOurs()) return
          lastEventId = id
          for (const [need, cell] of [...states]) {
            if (cell.peek() === undefined) continue
            setState(need, undefined)
            void loadNow(need)
          }
        },
        onCaughtUp(id) {
          if (!isOurs()) return
          lastEventId = Math.max(id, lastEventId ?? 0)
          firstEventId ??= id
          connection.value = { kind: 'live' }
          if (stateOf('base').peek() === undefined) setState('base', 'asked')
          loadUnread()
        },
        onDisconnect() {
          if (isOurs() && connection.peek().kind !== 'lost')
            connection.value = { kind: 'lost', since: clock() }
        },
      })
      .catch((error) => {
        if (!isOurs()) return
        connection.value =
          statusOf(error) === 401
            ? { kind: 'token', isWrong: isTokenShown }
            : { kind: 'refused', reason: textOf(error) }
      })
  }

  /** Lists are read as of a number; the connection that is made then brings what came after it. */
  const begin = async (asked: Client) => {
    const health = await asked.health({ verbose: true }).catch(() => undefined)
    if (asked !== client) return
    lastEventId = health?.lastEventId
    firstEventId ??= lastEventId
    if (health) {
      const base = loadNow('base')
      loadUnread()
      // It knows the projects' rooms then, and takes no time from what is to be seen first.
      await Promise.race([base, new Promise((resolve) => setTimeout(resolve, slowMs))])
    }
    // What has come is painted first: to begin a connection takes a while, too.
    await new Promise<void>((resolve) => schedule(() => setTimeout(resolve)))
    if (asked === client) listen()
  }

  /** Who has a new project hears its messages too; the connection is made anew, and misses nothing. */
  effect(() => {
    const projects = store.projects.all().slice(-maxProjectRooms)
    const wanted = [...baseRooms, ...projects.map(({ id }) => `project:${id}`)]
    if (wanted.every((room) => rooms.includes(room))) return
    rooms = wanted
    if (listening && lastEventId !== undefined) listen()
  })

  /** Requests name their sessions, whatever view is open. */
  effect(() => {
    if (connection.value.kind !== 'live') return
    for (const { state, sessionId } of store.requests.all())
      if (state === 'open' && !store.sessions.peek(sessionId) && stateOf('base').peek() === 'loaded')
        want(`session:${sessionId}`)
  })

  const want = (need: Need) => {
    if (stateOf(need).peek() !== undefined) return
    setState(need, 'asked')
    if (mayLoad()) void loadNow(need)
  }

  return {
    connection,
    choices,
    stateOf: (need) => stateOf(need).value,
    want,
    again: (need) => void loadNow(need),
    more: (need) => void loadNow(need, true),
    async readEarlier() {
      if (!client || firstEventId === undefined) return
      const since = Math.max(0, firstEventId - earlierEvents)
      const { events } = await client.events.missed({ since, rooms })
      const entries = events
        .filter(({ id }) => id <= (firstEventId ?? 0))
        .map((event) => feedEntryOf(event, { task: () => undefined, session: () => undefined }))
        .filter((entry) => entry !== undefined)
      store.feed.value = prependToFeed(store.feed.peek(), entries)
    },
    start(next, hasToken) {
      client = next
      isTokenShown = hasToken
      listening?.abort()
      listening = undefined
      lastEventId = undefined
      connection.value = { kind: 'connecting' }
      void begin(next)
    },
    stop() {
      listening?.abort()
      listening = undefined
      client = undefined
    },
  }
}
