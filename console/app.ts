/** The one store, connection and set of actions of this page, and where one is in it. */
import { computed, effect, signal } from '@preact/signals'
import { type Client, createClient, MaestroError } from '../functions/client/client'
import { fetchOnce } from './fetch-once'
import { atFrame } from './parts/frames'
import { serverUrl, tokenKey } from './place'
import { createActions, type Notice, reasonOf } from './state/actions'
import { openRequests, waitersOf } from './state/inbox'
import { createLive } from './state/live'
import { createReasons } from './state/reasons'
import { parseRoute, type Route, routeText } from './state/route'
import { createStore } from './state/store'

const nameKey = 'maestro-name'

export const store = createStore()

/** The time that ages are counted from; it goes on every 5 s, as long as somebody looks. */
export const now = signal(Date.now())
setInterval(() => {
  if (!document.hidden) now.value = Date.now()
}, 5000)

export const live = createLive({
  store,
  clock: Date.now,
  schedule: atFrame,
  statusOf: (error) => (error instanceof MaestroError ? error.status : undefined),
  textOf: reasonOf,
})

const clientWith = (token: string | undefined): Client =>
  createClient({ url: serverUrl, fetch: fetchOnce, ...(token !== undefined && { token }) })

let client = clientWith(sessionStorage.getItem(tokenKey) ?? undefined)

/** Begins, with the token that this tab has been given, if it has. */
export const connect = (): void => live.start(client, sessionStorage.getItem(tokenKey) !== null)

/** Kept for this tab and no longer; null forgets it. */
export const useToken = (token: string | null): void => {
  if (token === null) sessionStorage.removeItem(tokenKey)
  else sessionStorage.setItem(tokenKey, token)
  client = clientWith(token ?? undefined)
  connect()
}

export const hasToken = (): boolean => sessionStorage.getItem(tokenKey) !== null

export interface Toast extends Notice {
  id: number
}

export const toasts = signal<readonly Toast[]>([])
let lastToast = 0

export const notify = (notice: Notice): void => {
  const id = ++lastToast
  toasts.value = [...toasts.value.slice(-3), { ...notice, id }]
  setTimeout(() => dismiss(id), notice.isBad ? 15_000 : 5000)
}

export const dismiss = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** What this person's answers are signed with, on this browser. */
export const personName = signal(localStorage.getItem(nameKey) ?? '')
effect(() => localStorage.setItem(nameKey, personName.value))

export const actions = createActions({
  client: () => client,
  store,
  notify,
  name: () => personName.peek().trim() || undefined,
})

export const reasons = createReasons(async (taskId) => {
  const blocked = await client.tasks.blocked({ taskId })
  return blocked.flatMap(({ reasons }) => reasons.map(({ message }) => message))
})

export const route = signal<Route>(parseRoute(location.hash))
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash)
})

/** `replace`: without a step back to where one was. */
export const go = (next: Route, how: 'push' | 'replace' = 'push'): void => {
  const text = routeText(next)
  if (text === location.hash) return
  if (how === 'replace') {
    history.replaceState(null, '', text)
    route.value = next
  } else location.hash = text
}

const projectKey = 'maestro-project'
const lastProject = signal(localStorage.getItem(projectKey) ?? undefined)
effect(() => {
  const { view, projectId } = route.value
  if (view !== 'board' || projectId === undefined) return
  lastProject.value = projectId
  localStorage.setItem(projectKey, projectId)
})

/** The project that was looked at last, until another is chosen. */
export const currentProject = computed(() => {
  const known = store.projects.all()
  const asked = route.value.view === 'board' ? route.value.projectId : undefined
  return asked ?? lastProject.value ?? known.at(-1)?.id
})

/** Words that what is shown has to hold. */
export const query = signal('')

/** Tasks that were chosen on the board, to be worked on together. */
export const chosen = signal<ReadonlySet<string>>(new Set())

export const choose = (id: string, isChosen: boolean): void => {
  const next = new Set(chosen.value)
  if (isChosen) next.add(id)
  else next.delete(id)
  chosen.value = next
}

/** What is asked of the person in a dialog. */
export type Asking =
  | { kind: 'task'; projectId: string; parentId?: string }
  | { kind: 'spawn'; projectId: string; taskIds: readonly string[] }
  | { kind: 'move'; taskId: string }
  | { kind: 'project' }
  | { kind: 'keys' }
  | { kind: 'settings' }

export const asking = signal<Asking | undefined>(undefined)

export const open = computed(() => openRequests(store.requests.all()))
export const waiters = computed(() =>
  waitersOf(store.requests.all(), store.sessions.all(), store.tasks.all()),
)
/** How many wait for a person. */
export const waitingCount = computed(() => open.value.length + waiters.value.length)
