import { useEffect, useRef } from 'preact/hooks'
import type { InboxRequest } from '../../functions/client/client'
import { actions, live, now, open, store, waiters } from '../app'
import { Age } from '../parts/age'
import { Command } from '../parts/copy'
import { exactTitle } from '../parts/exact'
import { answerInWords, type Waiter } from '../state/inbox'
import { routeText } from '../state/route'
import { age } from '../state/time'
import { RequestCard } from './request-card'

/** Who needs me? Open requests first, the oldest on top; then who waits and has not asked; then what was settled. */
export const Inbox = () => {
  const requests = open.value
  const waiting = waiters.value
  const isLoaded = live.stateOf('base') === 'loaded'
  const list = useRef<HTMLDivElement>(null)
  useFocusOnNext(list, requests)
  if (!isLoaded) return <p class="empty soft">Loading…</p>
  return (
    <div class="inbox scroll" ref={list}>
      <h1 class="unseen">Inbox</h1>
      {requests.length > 0 && (
        <section aria-labelledby="needs-you">
          <h2 id="needs-you">Needs you</h2>
          <ul data-list class="cards">
            {requests.map((request, index) => (
              <li key={request.id} aria-setsize={requests.length} aria-posinset={index + 1}>
                <RequestCard request={request} tabIndex={0} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {waiting.length > 0 && (
        <section aria-labelledby="waits">
          <h2 id="waits">Waits, and has not asked here</h2>
          <ul data-list class="cards">
            {waiting.map((waiter, index) => (
              <li key={waiter.id} aria-setsize={waiting.length} aria-posinset={index + 1}>
                <WaiterCard waiter={waiter} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {requests.length === 0 && waiting.length === 0 && <NobodyWaits />}
      <Settled />
    </div>
  )
}

/** Who answers one with the keyboard stays in the list: at rest, as ever, before it takes a key. */
const useFocusOnNext = (list: { current: HTMLElement | null }, requests: readonly InboxRequest[]) => {
  const lastIndex = useRef(-1)
  useEffect(() => {
    const cards = [...(list.current?.querySelectorAll<HTMLElement>('[data-request]') ?? [])]
    const isNowhere = document.activeElement === document.body || document.activeElement === null
    if (isNowhere && lastIndex.current >= 0) cards[Math.min(lastIndex.current, cards.length - 1)]?.focus()
    const note = () => {
      const { activeElement } = document
      if (activeElement !== document.body)
        lastIndex.current = cards.findIndex((card) => card.contains(activeElement))
    }
    note()
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [requests])
}

const WaiterCard = ({ waiter }: { waiter: Waiter }) => {
  const { sessionId, taskId, name, message, since, reach } = waiter
  const task = taskId === undefined ? undefined : store.tasks.get(taskId)
  const href =
    sessionId !== undefined || !task
      ? routeText({ view: 'agents', ...(sessionId !== undefined && { id: sessionId }) })
      : routeText({ view: 'board', projectId: task.projectId, id: task.id })
  return (
    <article class="card request">
      <p class="meta">
        <span class="state wait">
          <span aria-hidden="true">◐</span> Waits for you
        </span>
        <a href={href} data-row={waiter.id} dir="auto">
          {name}
        </a>
        {since !== undefined && <Age at={since} />}
      </p>
      {message !== undefined && <h3 dir="auto">{message}</h3>}
      {reach !== '' && <Command text={reach} />}
    </article>
  )
}

const NobodyWaits = () => {
  const projects = store.projects.count()
  const living = store.sessions.all().filter(({ completedAt }) => completedAt === null).length
  return (
    <div class="empty">
      <p class="big">
        <span aria-hidden="true">✓</span> Nobody waits for you
      </p>
      {projects === 0 ? (
        <>
          <p>There is no project yet. Make one here, or in the folder of your code:</p>
          <Command text="maestro project create app" />
        </>
      ) : living === 0 ? (
        <>
          <p>No agent is at work. Choose tasks on the board and spawn one; a runner starts it:</p>
          <Command text="maestro run" />
        </>
      ) : (
        <p>
          <a href={routeText({ view: 'agents' })}>
            {living === 1 ? 'One agent is' : `${living} agents are`} at work
          </a>
        </p>
      )}
    </div>
  )
}

/** Who answered, when, and whether somebody else was first. */
const Settled = () => {
  const found = store.settled.value
    .map((id) => store.requests.get(id))
    .filter((request) => request !== undefined)
  if (found.length === 0) return null
  return (
    <details class="settled">
      <summary>
        Settled since you came ({found.length}): {outcomeOf(found[0])}
      </summary>
      <ul>
        {found.map((request) => (
          <li key={request.id}>
            <a href={routeText({ view: 'inbox', id: request.id })} dir="auto">
              {request.title}
            </a>{' '}
            <span class="soft" title={exactTitle(request.updatedAt)}>
              {outcomeOf(request)}, {age(request.updatedAt, now.value)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** How it was settled, in words. */
export const outcomeOf = (request: InboxRequest | undefined): string => {
  if (!request) return ''
  const late = actions.answers.value.get(request.id)?.kind === 'late' ? ' before you' : ''
  if (!request.answer) return 'withdrawn'
  return `${request.answer.by} answered${late}: ${answerInWords(request)}`
}
