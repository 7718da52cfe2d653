import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { actions, asking, chosen, currentProject, live, query, store } from '../app'
import { Command } from '../parts/copy'
import { boardColumns, childrenOf, coldColumns, columns } from '../state/board'
import type { TaskStatus } from '../state/entities'
import { statusWords } from '../state/words'
import { Column } from './column'

/** What is next? The tasks of a project by status. */
export const Board = () => {
  const projectId = currentProject.value
  const unfolded = useSignal<ReadonlySet<TaskStatus>>(new Set())
  useEffect(() => {
    if (projectId !== undefined) live.want(`tasks:${projectId}`)
  }, [projectId])
  const found = useComputed(() =>
    // What is searched for, a change of any task may bring.
    boardColumns(query.value === '' ? store.tasks.all() : store.tasks.everything(), {
      projectId: currentProject.value ?? '',
      query: query.value,
      moved: actions.moved.value,
    }),
  )
  const children = useComputed(() => childrenOf(store.tasks.all()))
  if (live.stateOf('base') !== 'loaded') return <p class="empty soft">Loading…</p>
  if (projectId === undefined) return <NoProject />
  if (!store.projects.get(projectId)) return <UnknownProject id={projectId} />
  const state = live.stateOf(`tasks:${projectId}`)
  const count = columns.reduce((sum, status) => sum + found.value[status].length, 0)
  const fold = (status: TaskStatus) => {
    const next = new Set(unfolded.value)
    if (!next.delete(status)) next.add(status)
    unfolded.value = next
  }
  return (
    <div class="board">
      <h1 class="unseen">Board of {store.projects.get(projectId)?.name}</h1>
      {chosen.value.size > 0 && <Chosen projectId={projectId} />}
      {count === 0 && state === 'loaded' ? (
        <NoTask projectId={projectId} />
      ) : (
        <div class="columns">
          {columns.map((status) => {
            const isCold = coldColumns.includes(status)
            return (
              <Column
                key={status}
                status={status}
                title={statusWords[status]}
                tasks={found.value[status]}
                childrenOf={(id) => children.value.get(id) ?? []}
                isFolded={isCold && !unfolded.value.has(status)}
                {...(isCold && { onFold: () => fold(status) })}
              />
            )
          })}
        </div>
      )}
      {state === 'loading' && count === 0 && <p class="empty soft">Loading…</p>}
    </div>
  )
}

const Chosen = ({ projectId }: { projectId: string }) => (
  <div class="chosen" role="status">
    {chosen.value.size === 1 ? 'One task' : `${chosen.value.size} tasks`} chosen{' '}
    <button
      type="button"
      class="main"
      onClick={() => (asking.value = { kind: 'spawn', projectId, taskIds: [...chosen.value] })}
    >
      Spawn an agent for {chosen.value.size === 1 ? 'it' : 'them'}…
    </button>{' '}
    <button type="button" class="quiet" onClick={() => (chosen.value = new Set())}>
      Choose none
    </button>
  </div>
)

const NoTask = ({ projectId }: { projectId: string }) => (
  <div class="empty">
    {query.value.trim() !== '' ? (
      <p>No task of this project has “{query.value}” in its title or description.</p>
    ) : (
      <>
        <p class="big">No tasks yet</p>
        <p>
          <button type="button" class="main" onClick={() => (asking.value = { kind: 'task', projectId })}>
            New task…
          </button>
        </p>
        <p>or</p>
        <Command text={`maestro task create --project ${projectId} 'What is to be done'`} />
      </>
    )}
  </div>
)

const NoProject = () => (
  <div class="empty">
    <p class="big">No project yet</p>
    <p>A project is a folder with code that agents work on.</p>
    <p>
      <button type="button" class="main" onClick={() => (asking.value = { kind: 'project' })}>
        New project…
      </button>
    </p>
    <p>or, in that folder:</p>
    <Command text="maestro project create app" />
  </div>
)

const UnknownProject = ({ id }: { id: string }) => (
  <div class="empty">
    <p class="big">No such project</p>
    <p>
      There is no project <code>{id}</code> here. It may have been deleted, or the address is of another
      server. Choose one above.
    </p>
  </div>
)
