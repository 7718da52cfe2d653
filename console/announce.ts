/** Tells who needs a person, wherever one looks: in the title, in the icon, aloud, and by the system. */
import { effect } from '@preact/signals'
import type { InboxRequest } from '../functions/client/client'
import { go, live, open, store, waitingCount } from './app'

/** What is said aloud is not said more often, in milliseconds. */
const quietMs = 5000

export const startAnnouncing = (spoken: HTMLElement): void => {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  effect(() => {
    const count = waitingCount.value
    document.title = count > 0 ? `(${count}) Maestro` : 'Maestro'
    if (icon) icon.href = iconOf(count)
  })

  const seen = new Set<string>()
  let isFirst = true
  let spokenAt = Number.NEGATIVE_INFINITY
  let due: ReturnType<typeof setTimeout> | undefined
  let unsaid: string[] = []

  const say = () => {
    due = undefined
    spokenAt = performance.now()
    spoken.textContent = unsaid.length > 1 ? `${unsaid.length} new requests wait for you` : (unsaid[0] ?? '')
    unsaid = []
  }

  effect(() => {
    const requests = open.value
    if (live.stateOf('base') !== 'loaded') return
    const fresh = requests.filter(({ id }) => !seen.has(id))
    for (const { id } of fresh) seen.add(id)
    // What was there already when one came is in sight.
    if (isFirst) {
      isFirst = false
      return
    }
    if (fresh.length === 0) return
    unsaid.push(...fresh.map(sentenceOf))
    if (due === undefined) due = setTimeout(say, Math.max(0, spokenAt + quietMs - performance.now()))
    for (const request of fresh) notifySystem(request)
  })
}

const sentenceOf = ({ kind, title, sessionId }: InboxRequest): string =>
  `${kind} needed: ${store.sessions.peek(sessionId)?.name ?? 'an agent'}, ${title}`

/** Only where the person has said yes to it, and looks elsewhere. */
const notifySystem = (request: InboxRequest): void => {
  if (!document.hidden || typeof Notification === 'undefined' || Notification.permission !== 'granted') return
  try {
    const shown = new Notification(sentenceOf(request), { tag: request.id })
    shown.onclick = () => {
      window.focus()
      go({ view: 'inbox', id: request.id })
    }
  } catch {
    // Some browsers show them only for a service worker.
  }
}

const iconOf = (count: number): string => {
  const mark =
    count > 0
      ? `<circle cx="22" cy="10" r="10" fill="#c2410c"/><text x="22" y="15" font-family="sans-serif" font-size="14" font-weight="bold" text-anchor="middle" fill="#fff">${count > 9 ? '9+' : count}</text>`
      : ''
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect y="4" width="28" height="28" rx="6" fill="#0a58ca"/><path d="M6 26V12l8 8 8-8v14" fill="none" stroke="#fff" stroke-width="3"/>${mark}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`
}
