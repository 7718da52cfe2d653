import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Task } from '../../functions/client/client'
import { actions, asking, go, live, route, store } from '../app'
import { Age } from '../parts/age'
import { Confirm } from '../parts/dialog'
import { later } from '../parts/later'
import { Panel } from '../parts/panel'
import { State } from '../parts/state'
import { Text } from '../parts/text'
import { childrenOf } from '../state/board'
import { routeText } from '../state/route'
import { shortId } from '../state/time'
import { sessionLook, taskLook } from '../state/words'
import { useReasons } from './use-reasons'

const EditTask = later(() => import('./edit-task').then((loaded) => loaded.EditTask))

/** One task, whole: what is to be done, why it waits, what is below it, and who worked on it. */
export const TaskPanel = ({ task }: { task: Task }) => {
  const { id, projectId, parentId } = task
  const isEditing = useSignal(false)
  const asksDelete = useSignal(false)
  useEffect(() => {
    live.want(`tasks:${projectId}`)
    for (const sessionId of task.sessionIds.slice(-10))
      if (!store.sessions.peek(sessionId)) live.want(`session:${sessionId}`)
  }, [id])
  const children = childrenOf(store.tasks.all()).get(id) ?? []
  const reasons = useReasons(task, children)
  const holder = task.claim && store.sessions.get(task.claim.sessionId)
  const { view } = route.value
  const closeTo = { view, ...(view === 'board' && { projectId }) }
  if (isEditing.value)
    return (
      <Panel title={`Edit “${task.title}”`} closeTo={closeTo}>
        <EditTask key={id} id={id} onClose={() => (isEditing.value = false)} />
      </Panel>
    )
  return (
    <Panel title={task.title} closeTo={closeTo}>
      <p class="meta">
        <State look={taskLook(task)} />
        <span>{task.priority} priority</span>
        {task.dueDate !== undefined && <span>due {task.dueDate}</span>}
        <Age at={task.updatedAt} />
        <code title={id}>{shortId(id)}</code>
      </p>
      {task.claim && (
        <p dir="auto">
          Held by{' '}
          <a href={routeText({ view: 'agents', id: task.claim.sessionId })}>
            {holder?.name ?? shortId(task.claim.sessionId)}
          </a>{' '}
          <Age at={task.claim.since} />
        </p>
      )}
      {reasons.map((reason) => (
        <p key={reason} dir="auto">
          <span aria-hidden="true">◇</span> {reason}
        </p>
      ))}
      <div class="verbs">
        <button
          type="button"
          class="main"
          onClick={() => (asking.value = { kind: 'spawn', projectId, taskIds: [id] })}
        >
          ▶ Spawn…
        </button>
        <button type="button" onClick={() => (isEditing.value = true)}>
          Edit
        </button>
        <button type="button" onClick={() => (asking.value = { kind: 'move', taskId: id })}>
          Move to…
        </button>
        <button type="button" onClick={() => (asking.value = { kind: 'task', projectId, parentId: id })}>
          New subtask…
        </button>
        <button type="button" class="danger" onClick={() => (asksDelete.value = true)}>
          Delete…
        </button>
      </div>
      {parentId !== null && (
        <p>
          Part of <TaskLink id={parentId} projectId={projectId} />
        </p>
      )}
      {task.description !== '' && (
        <div class="prose">
          <Text text={task.description} />
        </div>
      )}
      <Lines title="Done when" lines={task.acceptanceCriteria ?? []} />
      <Links title="Waits for" ids={task.dependencies} projectId={projectId} />
      <Links title="Subtasks" ids={children.map((child) => child.id)} projectId={projectId} />
      {task.initialPrompt !== '' && (
        <section>
          <h3>First prompt</h3>
          <Text text={task.initialPrompt} />
        </section>
      )}
      <Sessions ids={task.sessionIds} />
      {asksDelete.value && (
        <Confirm
          title={`Delete “${task.title}”?`}
          deed="Delete it"
          onClose={() => (asksDelete.value = false)}
          onConfirm={() =>
            void actions.deleteTask(id).then((done) => {
              if (done && route.value.id === id) go(closeTo)
            })
          }
        >
          <p>
            The task and what it says are lost.
            {children.length > 0 && ` Its ${children.length} subtasks move up.`}
            {task.sessionIds.length > 0 && ' Its sessions stay.'}
          </p>
        </Confirm>
      )}
    </Panel>
  )
}

const TaskLink = ({ id, projectId }: { id: string; projectId: string }) => {
  const task = store.tasks.get(id)
  return (
    <>
      {task && <State look={taskLook(task)} isShort />}{' '}
      <a href={routeText({ view: 'board', projectId, id })} dir="auto">
        {task?.title ?? shortId(id)}
      </a>
    </>
  )
}

const Links = ({ title, ids, projectId }: { title: string; ids: readonly string[]; projectId: string }) =>
  ids.length === 0 ? null : (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="plain">
        {ids.map((id) => (
          <li key={id}>
            <TaskLink id={id} projectId={projectId} />
          </li>
        ))}
      </ul>
    </section>
  )

const Lines = ({ title, lines }: { title: string; lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line} dir="auto">
            {line}
          </li>
        ))}
      </ul>
    </section>
  )

const Sessions = ({ ids }: { ids: readonly string[] }) =>
  ids.length === 0 ? null : (
    <section aria-label="Its sessions">
      <h3>Sessions</h3>
      <ul class="plain">
        {ids.map((id) => {
          const session = store.sessions.get(id)
          return (
            <li key={id}>
              {session && <State look={sessionLook(session, session.needsInput?.active === true)} isShort />}{' '}
              <a href={routeText({ view: 'agents', id })} dir="auto">
                {session?.name ?? shortId(id)}
              </a>
              {session?.endReason !== undefined && <span class="soft"> {session.endReason}</span>}
            </li>
          )
        })}
      </ul>
    </section>
  )
