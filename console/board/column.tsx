import { useEffect, useRef } from 'preact/hooks'
import type { Task } from '../../functions/client/client'
import { actions, asking, choose, chosen, currentProject, now, route, store } from '../app'
import { exactTitle } from '../parts/exact'
import { List } from '../parts/list'
import type { RowPlace } from '../parts/rows'
import { State } from '../parts/state'
import { workersOn } from '../state/board'
import type { TaskStatus } from '../state/entities'
import { routeText } from '../state/route'
import { age } from '../state/time'
import { taskLook } from '../state/words'
import { makeDraggable, makeDropTarget } from './drag'
import { useReasons } from './use-reasons'

const cardHeight = 52

interface ColumnProps {
  status: TaskStatus
  title: string
  tasks: readonly Task[]
  childrenOf(id: string): readonly Task[]
  isFolded: boolean
  onFold?(): void
}

export const Column = ({ status, title, tasks, childrenOf, isFolded, onFold }: ColumnProps) => {
  const element = useRef<HTMLElement>(null)
  useEffect(() => (element.current ? makeDropTarget(element.current, status) : undefined), [status])
  const heading = (
    <>
      {title} <span class="count">{tasks.length}</span>
    </>
  )
  return (
    <section ref={element} class={`column ${isFolded ? 'folded' : ''}`} aria-label={title}>
      <h2>
        {onFold ? (
          <button type="button" class="quiet" aria-expanded={!isFolded} onClick={onFold}>
            {heading}
          </button>
        ) : (
          heading
        )}
      </h2>
      {!isFolded && (
        <List
          label={title}
          items={tasks}
          rowHeight={cardHeight}
          row={({ id }, place) => <TaskCard id={id} place={place} subtasks={childrenOf(id)} />}
        />
      )}
    </section>
  )
}

interface TaskCardProps {
  id: string
  place: RowPlace
  subtasks: readonly Task[]
}

/** Two lines: what is to be done; how it stands, who is on it, and why it waits. */
const TaskCard = ({ id, place, subtasks }: TaskCardProps) => {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => (element.current ? makeDraggable(element.current, id) : undefined), [id])
  const task = store.tasks.get(id)
  const [reason] = useReasons(task, subtasks)
  if (!task) return null
  const [worker] = workersOn(task, store.sessions.get)
  const parent = task.parentId === null ? undefined : store.tasks.get(task.parentId)
  const done = subtasks.filter(({ status }) => status === 'completed').length
  return (
    <div
      ref={element}
      class={`card task ${route.value.id === id ? 'selected' : ''} ${actions.moved.value.has(id) ? 'moving' : ''} ${task.priority}`}
    >
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={`Choose ${task.title}`}
        checked={chosen.value.has(id)}
        onChange={({ currentTarget }) => choose(id, currentTarget.checked)}
      />
      <a
        href={routeText({ view: 'board', projectId: currentProject.value ?? task.projectId, id })}
        data-row={id}
        data-task={id}
        tabIndex={place.tabIndex}
        draggable={false}
      >
        <span class="line">
          <strong dir="auto">{task.title}</strong>
          {task.priority === 'high' && (
            <span class="urgent" title="High priority">
              ▲<span class="unseen"> high priority</span>
            </span>
          )}
          {task.priority === 'low' && (
            <span class="soft" title="Low priority">
              ▽<span class="unseen"> low priority</span>
            </span>
          )}
        </span>
        <span class="line soft">
          <State look={taskLook(task)} />
          <span class="now" dir="auto">
            {reason !== undefined ? `◇ ${reason}` : worker ? worker.name : parent ? `in ${parent.title}` : ''}
          </span>
          <span class="end">
            {subtasks.length > 0 && (
              <span title="Subtasks that are completed">{`${done}/${subtasks.length}`}</span>
            )}
            <time title={exactTitle(task.updatedAt)}>{age(task.updatedAt, now.value)}</time>
          </span>
        </span>
      </a>
      <button
        type="button"
        class="quiet more"
        tabIndex={-1}
        aria-label={`Move ${task.title} to…`}
        onClick={() => (asking.value = { kind: 'move', taskId: id })}
      >
        ⋯
      </button>
    </div>
  )
}
