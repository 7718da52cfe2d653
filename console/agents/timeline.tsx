import { useEffect } from 'preact/hooks'
import { live, now, store } from '../app'
import { exactTitle } from '../parts/exact'
import { List } from '../parts/list'
import { Block, Text } from '../parts/text'
import { toolCallOf } from '../state/agents'
import type { TimelineEntry } from '../state/entities'
import { routeText } from '../state/route'
import { age } from '../state/time'

/** What happened, oldest first, following as long as one is at the end. */
export const Timeline = ({ id }: { id: string }) => {
  const session = store.sessions.peek(id)
  useEffect(() => {
    if (session) store.timelines.open(id, session.timeline, session.timelineTotal)
  }, [id])
  const timeline = store.timelines.get(id)
  if (!timeline) return null
  const { entries, earlier } = timeline
  if (entries.length === 0) return <p class="empty soft">Nothing has happened yet.</p>
  const state = live.stateOf(`timeline:${id}`)
  return (
    <>
      {(earlier > 0 || (session?.completedAt ?? null) !== null) && state !== 'loaded' && (
        <button
          type="button"
          class="quiet"
          disabled={state === 'loading'}
          onClick={() => live.want(`timeline:${id}`)}
        >
          {state === 'loading' ? 'Loading…' : earlier > 0 ? `Show ${earlier} earlier` : 'Show all'}
        </button>
      )}
      <List
        label="Timeline"
        items={entries}
        rowHeight={28}
        isUneven
        isFollowing
        row={(entry) => <Entry entry={entry} />}
      />
    </>
  )
}

const shapes: Readonly<Record<TimelineEntry['type'], string>> = {
  session_started: '▶',
  session_stopped: '■',
  task_started: '●',
  task_completed: '✓',
  task_failed: '✕',
  task_skipped: '■',
  task_blocked: '◇',
  needs_input: '◐',
  progress: '·',
  error: '✕',
  milestone: '★',
  task_status_changed: '●',
}

const Entry = ({ entry }: { entry: TimelineEntry }) => {
  const { type, message, taskId, timestamp } = entry
  const call = toolCallOf(entry)
  const task = taskId === undefined ? undefined : store.tasks.get(taskId)
  const isBad = type === 'error' || type === 'task_failed'
  return (
    <div class={`entry ${isBad ? 'bad' : ''} ${call ? 'tool' : ''}`}>
      <span aria-hidden="true">{shapes[type]}</span>
      <div>
        {call && (
          <span class="soft">
            {call.tool}
            {call.status === undefined ? '' : ` · ${call.status}`}{' '}
          </span>
        )}
        <Text text={message ?? type.replaceAll('_', ' ')} />
        {task && (
          <>
            {' '}
            <a href={routeText({ view: 'board', projectId: task.projectId, id: task.id })} dir="auto">
              {task.title}
            </a>
          </>
        )}
        {call?.command !== undefined && call.command !== message && (
          <Block text={call.command} label="Command" />
        )}
        {call?.diff !== undefined && <Block text={call.diff} label="What it changed" />}
        {call && call.paths.length > 0 && <span class="soft paths">{call.paths.join(' · ')}</span>}
      </div>
      <time dateTime={new Date(timestamp).toISOString()} title={exactTitle(timestamp)} class="soft">
        {age(timestamp, now.value)}
      </time>
    </div>
  )
}
