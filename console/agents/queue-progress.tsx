import { useEffect } from 'preact/hooks'
import { live, store } from '../app'
import { State } from '../parts/state'
import type { SessionCard } from '../state/entities'
import { routeText } from '../state/route'
import { shortId } from '../state/time'
import type { Look } from '../state/words'

const looks: Readonly<Record<string, Look>> = {
  queued: { shape: '○', word: 'Queued', tone: 'calm' },
  processing: { shape: '●', word: 'In processing', tone: 'work' },
  completed: { shape: '✓', word: 'Completed', tone: 'good' },
  failed: { shape: '✕', word: 'Failed', tone: 'bad' },
  skipped: { shape: '■', word: 'Skipped', tone: 'calm' },
}

const unknownLook: Look = { shape: '○', word: 'Unknown', tone: 'calm' }

/** The queue of a session with that strategy: how far it is, and what comes next. */
export const QueueProgress = ({ session: { id, strategy, projectId } }: { session: SessionCard }) => {
  useEffect(() => {
    if (strategy === 'queue') live.want(`queue:${id}`)
  }, [id, strategy])
  const queue = store.queues.get(id)
  if (strategy !== 'queue' || !queue) return null
  const done = queue.items.filter(({ status }) => status !== 'queued' && status !== 'processing').length
  return (
    <section aria-label="Its queue">
      <h3>
        Queue <span class="count">{`${done} of ${queue.items.length}`}</span>
      </h3>
      <progress max={queue.items.length} value={done} aria-label="Items that are done" />
      <ol class="plain">
        {queue.items.slice(0, 100).map(({ taskId, status, failReason, addedAt }) => (
          <li key={`${taskId} ${addedAt}`}>
            <State look={looks[status] ?? unknownLook} isShort />{' '}
            <a href={routeText({ view: 'board', projectId, id: taskId })} dir="auto">
              {store.tasks.get(taskId)?.title ?? shortId(taskId)}
            </a>
            {failReason !== undefined && <span class="bad"> {failReason}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}
