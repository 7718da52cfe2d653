import { Activity } from './activity/activity'
import { Agents } from './agents/agents'
import {
  asking,
  currentProject,
  dismiss,
  go,
  hasToken,
  live,
  now,
  query,
  route,
  store,
  toasts,
  waitingCount,
} from './app'
import { askSpawn } from './ask-spawn'
import { Asked } from './asked'
import { Board } from './board/board'
import { Inbox } from './inbox/inbox'
import { Selected } from './selected'
import { livingStatuses } from './state/entities'
import { routeText, type ViewName } from './state/route'
import { age, exactTime } from './state/time'
import { TokenForm } from './token-form'

const titles: Readonly<Record<ViewName, string>> = {
  inbox: 'Inbox',
  agents: 'Agents',
  board: 'Board',
  activity: 'Activity',
}

const shown: Readonly<Record<ViewName, () => preact.JSX.Element>> = {
  inbox: Inbox,
  agents: Agents,
  board: Board,
  activity: Activity,
}

/** One frame: views, one panel with what is selected, and how the connection is. */
export const Frame = () => {
  const connection = live.connection.value
  const { view, id } = route.value
  if (connection.kind === 'token') return <TokenForm isWrong={connection.isWrong} />
  if (connection.kind === 'refused') return <Refused reason={connection.reason} />
  const View = shown[view]
  return (
    <>
      <button type="button" class="skip" onClick={toMain}>
        To the content
      </button>
      <Header />
      <Tabs />
      <OldBar />
      <div
        class={`columns-of-page ${id === undefined ? '' : 'with-panel'} ${connection.kind === 'lost' ? 'old' : ''}`}
      >
        <main id="main" tabIndex={-1}>
          <View />
        </main>
        {id !== undefined && <Selected id={id} />}
      </div>
      <Asked />
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map((toast) => (
          <p key={toast.id} class={toast.isBad ? 'bad' : ''}>
            <span dir="auto">{toast.text}</span>
            <button type="button" class="quiet" onClick={() => dismiss(toast.id)} aria-label="Dismiss">
              ✕
            </button>
          </p>
        ))}
      </div>
    </>
  )
}

const toMain = () => document.getElementById('main')?.focus()

const Header = () => {
  const projects = store.projects.all()
  const current = currentProject.value
  return (
    <header class="top">
      <span class="brand">Maestro</span>
      {projects.length > 0 && (
        <select
          aria-label="Project"
          onChange={({ currentTarget: { value } }) => {
            if (value === '') asking.value = { kind: 'project' }
            else go({ view: 'board', projectId: value })
          }}
        >
          {projects.map(({ id, name }) => (
            <option key={id} value={id} selected={id === current}>
              {name}
            </option>
          ))}
          <option value="">New project…</option>
        </select>
      )}
      <input
        type="search"
        id="search"
        placeholder="Search  /"
        aria-label="Search in what is shown"
        value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          query.value = ''
          event.currentTarget.blur()
        }}
      />
      <LiveDot />
      <button
        type="button"
        class="quiet"
        onClick={() => (asking.value = { kind: 'settings' })}
        aria-label="Settings"
      >
        ⚙
      </button>
      <button type="button" class="quiet" onClick={() => (asking.value = { kind: 'keys' })} aria-label="Keys">
        ?
      </button>
    </header>
  )
}

const LiveDot = () => {
  const { kind } = live.connection.value
  const [shape, word, tone] =
    kind === 'live'
      ? ['●', 'live', 'good']
      : kind === 'lost'
        ? ['✕', 'offline', 'bad']
        : ['○', 'connecting', 'calm']
  return (
    <span class={`state ${tone} live`} role="status">
      <span aria-hidden="true">{shape}</span> {word}
    </span>
  )
}

const Tabs = () => {
  const { view } = route.value
  const projectId = currentProject.value
  const counts: Partial<Record<ViewName, number>> = {
    inbox: waitingCount.value,
    agents: store.sessions.all().filter(({ status }) => livingStatuses.some((living) => living === status))
      .length,
  }
  return (
    <nav class="tabs-of-page" aria-label="Views">
      {(['inbox', 'agents', 'board', 'activity'] as const).map((name) => (
        <a
          key={name}
          href={routeText({ view: name, ...(name === 'board' && projectId !== undefined && { projectId }) })}
          aria-current={view === name ? 'page' : undefined}
        >
          {titles[name]}
          {(counts[name] ?? 0) > 0 && (
            <span class={`count ${name === 'inbox' ? 'urgent' : ''}`}>
              {' '}
              {counts[name]}
              <span class="unseen">{name === 'inbox' ? ' waiting' : ' living'}</span>
            </span>
          )}
        </a>
      ))}
      {projectId !== undefined && (
        <span class="end">
          <button type="button" onClick={() => (asking.value = { kind: 'task', projectId })}>
            + New task
          </button>
          <button type="button" onClick={askSpawn}>
            ▶ Spawn
          </button>
        </span>
      )}
    </nav>
  )
}

/** Old data looks old, and says since when. */
const OldBar = () => {
  const connection = live.connection.value
  if (connection.kind !== 'lost') return null
  return (
    <p class="old-bar" role="alert">
      <span aria-hidden="true">✕</span> The server is not reached since{' '}
      <time title={exactTime(connection.since)}>{age(connection.since, now.value)}</time>. What is shown may
      be old; it is tried again all the time.
    </p>
  )
}

const Refused = ({ reason }: { reason: string }) => (
  <main class="empty" id="main">
    <p class="big">The server does not let this page in</p>
    <p>{reason}</p>
    <p>
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </p>
    {hasToken() && <p class="soft">A token was given in this tab.</p>}
  </main>
)
