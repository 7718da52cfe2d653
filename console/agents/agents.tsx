import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { live, query, route, store } from '../app'
import { Age } from '../parts/age'
import { Command } from '../parts/copy'
import { List } from '../parts/list'
import type { RowPlace } from '../parts/rows'
import { State } from '../parts/state'
import { useTask } from '../parts/use-task'
import { agentGroups, agentName, costOf, doingNow } from '../state/agents'
import { hasEnded, type SessionCard } from '../state/entities'
import { routeText } from '../state/route'
import { sessionLook } from '../state/words'

const cardHeight = 52

/** What is everybody doing? A card a session: who needs you, who works, who has ended. */
export const Agents = () => {
  const showsEnded = useSignal(false)
  useEffect(() => {
    if (showsEnded.value) live.want('ended')
  }, [showsEnded.value])
  const wanted = query.value.trim().toLowerCase()
  const sessions = store.sessions.all().filter((session) => wanted === '' || matches(session, wanted))
  const { needsYou, working, ended } = agentGroups(sessions, store.requests.all())
  const state = live.stateOf('ended')
  const hasMore = store.ended.value.next !== undefined
  const isRead = showsEnded.value && (state === 'loaded' || store.ended.value.read > 0)
  if (live.stateOf('base') !== 'loaded') return <p class="empty soft">Loading…</p>
  return (
    <div class="agents">
      <h1 class="unseen">Agents</h1>
      <Group kind="needs-you" title="Needs you" sessions={needsYou} />
      <Group kind="working" title="Working" sessions={working} />
      <section class={groupClass('ended', showsEnded.value ? ended.length : 0)}>
        <h2>
          <button
            type="button"
            class="quiet"
            aria-expanded={showsEnded.value}
            onClick={() => (showsEnded.value = !showsEnded.value)}
          >
            {showsEnded.value ? '▾' : '▸'} Ended {isRead && `${ended.length}${hasMore ? '+' : ''}`}
          </button>
        </h2>
        {showsEnded.value && <Cards label="Ended" sessions={ended} />}
        {showsEnded.value && hasMore && (
          <button type="button" disabled={state === 'loading'} onClick={() => live.more('ended')}>
            {state === 'loading' ? 'Loading…' : 'Show more, which began before these'}
          </button>
        )}
      </section>
      {needsYou.length + working.length === 0 && <NobodyWorks isSearching={wanted !== ''} />}
    </div>
  )
}

const matches = (session: SessionCard, wanted: string): boolean =>
  [session.name, session.id, agentName(session), session.model].some((text) =>
    text?.toLowerCase().includes(wanted),
  )

/** A group of so many cards is there whole, whatever the others take. */
const fewCards = 3

const groupClass = (kind: string, cards: number): string => `group ${kind} ${cards <= fewCards ? 'few' : ''}`

interface GroupProps {
  kind: string
  title: string
  sessions: readonly SessionCard[]
}

const Group = ({ kind, title, sessions }: GroupProps) =>
  sessions.length === 0 ? null : (
    <section class={groupClass(kind, sessions.length)}>
      <h2>
        {title} <span class="count">{sessions.length}</span>
      </h2>
      <Cards label={title} sessions={sessions} />
    </section>
  )

const Cards = ({ label, sessions }: { label: string; sessions: readonly SessionCard[] }) => (
  <List
    label={label}
    items={sessions}
    rowHeight={cardHeight}
    row={({ id }, place) => <AgentCard id={id} place={place} />}
  />
)

/** Two lines: who and on what; what it does right now. Drawn again when its own session changes, and then alone. */
const AgentCard = ({ id, place }: { id: string; place: RowPlace }) => {
  const session = store.sessions.get(id)
  if (!session) return null
  const asks = store.requests.all().some(({ sessionId, state }) => sessionId === id && state === 'open')
  const needsYou = !hasEnded(session) && (asks || session.needsInput?.active === true)
  const cost = costOf(session)
  return (
    <a
      class={`card agent ${route.value.id === id ? 'selected' : ''}`}
      href={routeText({ view: 'agents', id })}
      data-row={id}
      tabIndex={place.tabIndex}
    >
      <span class="line">
        <State look={sessionLook(session, needsYou)} />
        <strong dir="auto">{session.name}</strong>
        <span class="soft">{[agentName(session), session.model].filter(Boolean).join(' · ')}</span>
        <span class="end soft">
          {cost !== '' && <span>{cost}</span>}
          <Age at={session.lastActivity} />
        </span>
      </span>
      <span class="line soft">
        <span class="now" dir="auto">
          {live.choices.value.waiting.get(id) ?? doingNow(session)}
        </span>
        <span class="end">
          {session.workspace && <code>{session.workspace.branch}</code>}
          <TaskNames ids={session.taskIds} />
        </span>
      </span>
    </a>
  )
}

const TaskNames = ({ ids }: { ids: readonly string[] }) => {
  const [first] = ids
  const task = useTask(first)
  if (first === undefined) return null
  const more = ids.length > 1 ? ` +${ids.length - 1}` : ''
  return (
    <span class="task-name" dir="auto">
      {task?.title ?? ''}
      {more}
    </span>
  )
}

const NobodyWorks = ({ isSearching }: { isSearching: boolean }) => (
  <div class="empty">
    {isSearching ? (
      <p>No living session has these words in its name, agent or model.</p>
    ) : (
      <>
        <p class="big">No agent is at work</p>
        <p>
          Choose tasks on the <a href={routeText({ view: 'board' })}>board</a> and spawn one. A runner starts
          it, on the machine where your code is:
        </p>
        <Command text="maestro run" />
      </>
    )}
  </div>
)
