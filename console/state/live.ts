/** One connection: what is looked at is loaded once, then events keep it current, also over breaks. */
import { effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Client, MaestroEvent } from '../../functions/client/client'
import { noChoices, type SpawnChoices } from './choices'
import { hasEnded } from './entities'
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
  const states = signal<ReadonlyMap<Need, LoadState>>(new Map())
  let client: Client | undefined
  let isTokenShown = false
  let listening: AbortController | undefined
  let rooms: readonly string[] = baseRooms
  let lastEventId: number | undefined
  let firstEventId: number | undefined
  let waiting: MaestroEvent[] = []

  const setState = (need: Need, state: LoadState | undefined) => {
    const next = new Map(states.peek())
    if (state === undefined) next.delete(need)
    else next.set(need, state)
    states.value = next
  }

  const loadNow = async (need: Need, isMore = false) => {
    if (!client || states.peek().get(need) === 'loading') return
    const asked = client
    const known = states.peek().get(need) === 'loaded'
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
    for (const [need, state] of states.peek()) if (state === 'asked' || state === 'failed') void loadNow(need)
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
          for (const need of [...states.peek().keys()]) {
            setState(need, undefined)
            void loadNow(need)
          }
        },
        onCaughtUp(id) {
          if (!isOurs()) return
          lastEventId = Math.max(id, lastEventId ?? 0)
          firstEventId ??= id
          connection.value = { kind: 'live' }
          if (!states.peek().has('base')) setState('base', 'asked')
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

  /** Cards name the tasks that living sessions work on, whatever view is open. */
  effect(() => {
    if (connection.value.kind !== 'live') return
    for (const session of store.sessions.all())
      if (!hasEnded(session) && session.taskIds.some((id) => !store.tasks.peek(id)))
        want(`session-tasks:${session.id}`)
    for (const { state, sessionId } of store.requests.all())
      if (state === 'open' && !store.sessions.peek(sessionId) && states.peek().get('base') === 'loaded')
        want(`session:${sessionId}`)
  })

  const want = (need: Need) => {
    if (states.peek().has(need)) return
    setState(need, 'asked')
    if (mayLoad()) void loadNow(need)
  }

  return {
    connection,
    choices,
    stateOf: (need) => states.value.get(need),
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
