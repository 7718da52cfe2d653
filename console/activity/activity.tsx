import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { currentProject, live, query, store } from '../app'
import { CheckField } from '../parts/check-field'
import { exactTitle } from '../parts/exact'
import { List } from '../parts/list'
import type { FeedEntry } from '../state/feed'
import { routeText } from '../state/route'
import { clockTime, shortId } from '../state/time'

/** What happened, as it happens; the newest at the end, followed as long as one is there. */
export const Activity = () => {
  const isRead = useSignal(false)
  const isOneProject = useSignal(false)
  const isLive = live.connection.value.kind === 'live'
  useEffect(() => {
    if (!isLive || isRead.value) return
    isRead.value = true
    live.readEarlier().catch(() => {
      isRead.value = false
    })
  }, [isLive])
  const wanted = query.value.trim().toLowerCase()
  const project = currentProject.value
  const entries = store.feed.value.filter(
    (entry) =>
      (!isOneProject.value || entry.projectId === project) &&
      (wanted === '' || `${entry.text} ${nameOf(entry)}`.toLowerCase().includes(wanted)),
  )
  return (
    <div class="activity">
      <h1 class="unseen">Activity</h1>
      {project !== undefined && (
        <CheckField isChecked={isOneProject.value} onChange={(isChecked) => (isOneProject.value = isChecked)}>
          only {store.projects.get(project)?.name ?? 'this project'}
        </CheckField>
      )}
      {entries.length === 0 ? (
        <p class="empty soft">
          {wanted === ''
            ? 'Nothing has happened yet. What happens comes here by itself.'
            : 'Nothing with these words.'}
        </p>
      ) : (
        <List
          label="What happened"
          items={entries.map((entry) => ({ ...entry, id: String(entry.id) }))}
          rowHeight={30}
          isUneven
          isFollowing
          row={(entry, { tabIndex }) => <Line entry={entry} tabIndex={tabIndex} />}
        />
      )}
    </div>
  )
}

type Shown = Omit<FeedEntry, 'id'> & { id: string }

const nameOf = ({ name, taskId, sessionId, projectId }: Omit<FeedEntry, 'id'>): string => {
  if (sessionId !== undefined) return store.sessions.get(sessionId)?.name ?? name ?? shortId(sessionId)
  if (taskId !== undefined) return store.tasks.get(taskId)?.title ?? name ?? shortId(taskId)
  return projectId === undefined ? '' : (store.projects.get(projectId)?.name ?? name ?? '')
}

const hrefOf = ({ taskId, sessionId, projectId }: Shown): string | undefined => {
  if (sessionId !== undefined) return routeText({ view: 'agents', id: sessionId })
  if (projectId === undefined) return undefined
  return routeText({ view: 'board', projectId, ...(taskId !== undefined && { id: taskId }) })
}

const Line = ({ entry, tabIndex }: { entry: Shown; tabIndex: 0 | -1 }) => {
  const href = hrefOf(entry)
  const name = nameOf(entry)
  return (
    <div class={`entry ${entry.isBad ? 'bad' : ''}`}>
      <time dateTime={new Date(entry.at).toISOString()} title={exactTitle(entry.at)} class="soft">
        {clockTime(entry.at)}
      </time>
      <div>
        {href !== undefined && name !== '' && (
          <a href={href} data-row={entry.id} tabIndex={tabIndex} dir="auto">
            {name}
          </a>
        )}{' '}
        <span dir="auto">{entry.text.length > 400 ? `${entry.text.slice(0, 400)}…` : entry.text}</span>
      </div>
    </div>
  )
}
