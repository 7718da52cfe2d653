import { useEffect } from 'preact/hooks'
import { AgentPanel } from './agents/agent-panel'
import { live, route, store } from './app'
import { TaskPanel } from './board/task-panel'
import { RequestPanel } from './inbox/request-panel'
import { NothingHere, Panel } from './parts/panel'
import type { Need } from './state/loads'

/** What the address names: a request, a session or a task. */
export const Selected = ({ id }: { id: string }) => {
  const [what, need] = kindOf(id)
  const request = store.requests.get(id)
  const session = store.sessions.get(id)
  const task = store.tasks.get(id)
  const isKnown = (request ?? session ?? task) !== undefined
  const isReady = live.stateOf('base') === 'loaded'
  useEffect(() => {
    if (!isKnown && isReady) live.want(need)
  }, [id, isKnown, isReady])
  const { view, projectId } = route.value
  const closeTo = { view, ...(projectId !== undefined && { projectId }) }
  if (request) return <RequestPanel key={id} request={request} />
  if (session) return <AgentPanel key={id} session={session} />
  if (task) return <TaskPanel key={id} task={task} />
  const state = live.stateOf(need)
  if (state === 'missing' || state === 'loaded') return <NothingHere what={what} id={id} closeTo={closeTo} />
  return (
    <Panel title="…" closeTo={closeTo}>
      <p class="soft">{state === 'failed' ? 'It could not be read; it is tried again.' : 'Loading…'}</p>
    </Panel>
  )
}

const kindOf = (id: string): [what: string, need: Need] => {
  if (id.startsWith('req_')) return ['request', `request:${id}`]
  if (id.startsWith('task_')) return ['task', `task:${id}`]
  return ['session', `session:${id}`]
}
