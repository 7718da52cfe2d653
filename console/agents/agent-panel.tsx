import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { live, route, store } from '../app'
import { RequestCard } from '../inbox/request-card'
import { Age } from '../parts/age'
import { Command } from '../parts/copy'
import { later } from '../parts/later'
import { Panel } from '../parts/panel'
import { State } from '../parts/state'
import { agentName, childrenOf, costOf } from '../state/agents'
import { hasEnded, type SessionCard } from '../state/entities'
import { openRequests, reachOf, terminalOf } from '../state/inbox'
import { routeText } from '../state/route'
import { shortId, span } from '../state/time'
import { sessionLook, taskLook } from '../state/words'
import { AgentVerbs } from './agent-verbs'
import { Messages } from './messages'
import { QueueProgress } from './queue-progress'
import { Timeline } from './timeline'
import { Transcript } from './transcript'

const Changes = later(() => import('./changes').then((loaded) => loaded.Changes))

type Tab = 'Timeline' | 'Transcript' | 'Messages' | 'Changes'

/** One without a worktree of its own has changed what others change, too: nobody can say which is whose. */
const tabsOf = ({ workspace, worktree }: SessionCard): readonly Tab[] => [
  'Timeline',
  'Transcript',
  'Messages',
  ...(workspace || worktree ? (['Changes'] as const) : []),
]

/** One session, whole: what it asks, what it does, what it was told, and how to steer it. */
export const AgentPanel = ({ session }: { session: SessionCard }) => {
  const tab = useSignal<Tab>('Timeline')
  const { id } = session
  useEffect(() => {
    live.want(`session-tasks:${id}`)
    live.want(`children:${id}`)
    live.want('choices')
  }, [id])
  const asked = openRequests(store.requests.all()).filter(({ sessionId }) => sessionId === id)
  const needsYou = !hasEnded(session) && (asked.length > 0 || session.needsInput?.active === true)
  const { view, projectId } = route.value
  return (
    <Panel title={session.name} closeTo={{ view, ...(projectId !== undefined && { projectId }) }}>
      <p class="meta">
        <State look={sessionLook(session, needsYou)} />
        <Age at={session.lastActivity} />
        <code title={id}>{shortId(id)}</code>
      </p>
      {session.endReason !== undefined && (
        <p class={session.status === 'failed' ? 'bad' : ''}>{session.endReason}</p>
      )}
      {live.choices.value.waiting.has(id) && (
        <p>
          <span aria-hidden="true">◇</span> {live.choices.value.waiting.get(id)}
        </p>
      )}
      {asked.map((request) => (
        <RequestCard key={request.id} request={request} tabIndex={0} />
      ))}
      {needsYou && asked.length === 0 && (
        <section class="card request">
          <h3 dir="auto">{session.needsInput?.message ?? 'It waits for a person'}</h3>
          <Command text={reachOf(session)} />
        </section>
      )}
      <AgentVerbs session={session} />
      <Facts session={session} />
      <Tasks session={session} />
      <QueueProgress session={session} />
      <Children id={id} />
      <div role="tablist" class="tabs" aria-label="Of this session">
        {tabsOf(session).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            onClick={() => (tab.value = name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={tab.value} class="tabpanel">
        {tab.value === 'Timeline' && <Timeline key={id} id={id} />}
        {tab.value === 'Transcript' && <Transcript key={id} id={id} />}
        {tab.value === 'Messages' && <Messages key={id} session={session} />}
        {tab.value === 'Changes' && <Changes key={id} session={session} />}
      </div>
    </Panel>
  )
}

const Facts = ({ session }: { session: SessionCard }) => {
  const { usage, workspace, model, startedAt, completedAt, budget, parentSessionId } = session
  const cost = costOf(session)
  return (
    <dl class="facts">
      <Fact name="Agent" value={[agentName(session), model].filter(Boolean).join(' · ')} />
      <Fact name="Strategy" value={session.strategy} />
      <Fact name="Ran for" value={span((completedAt ?? session.lastActivity) - startedAt)} />
      {budget?.minutes !== undefined && <Fact name="May run for" value={`${budget.minutes} m`} />}
      {cost !== '' && <Fact name="Cost" value={cost} />}
      {usage?.turns !== undefined && <Fact name="Turns" value={String(usage.turns)} />}
      {usage?.inputTokens !== undefined && (
        <Fact
          name="Tokens"
          value={`${usage.inputTokens.toLocaleString()} in, ${(usage.outputTokens ?? 0).toLocaleString()} out`}
        />
      )}
      {workspace && <Fact name="Branch" value={workspace.branch} />}
      {parentSessionId !== null && parentSessionId !== undefined && (
        <div>
          <dt>Spawned by</dt>
          <dd>
            <a href={routeText({ view: 'agents', id: parentSessionId })} dir="auto">
              {store.sessions.get(parentSessionId)?.name ?? shortId(parentSessionId)}
            </a>
          </dd>
        </div>
      )}
      {terminalOf(session) && (
        <div>
          <dt>Its terminal</dt>
          <dd>
            <Command text={`maestro session attach ${session.id}`} />
          </dd>
        </div>
      )}
    </dl>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd dir="auto">{value}</dd>
  </div>
)

const Tasks = ({ session: { taskIds, projectId } }: { session: SessionCard }) =>
  taskIds.length === 0 ? null : (
    <section aria-label="Its tasks">
      <h3>Tasks</h3>
      <ul class="plain">
        {taskIds.slice(0, 50).map((id) => {
          const task = store.tasks.get(id)
          return (
            <li key={id}>
              {task && <State look={taskLook(task)} isShort />}{' '}
              <a href={routeText({ view: 'board', projectId: task?.projectId ?? projectId, id })} dir="auto">
                {task?.title ?? shortId(id)}
              </a>
            </li>
          )
        })}
        {taskIds.length > 50 && <li class="soft">and {taskIds.length - 50} more</li>}
      </ul>
    </section>
  )

const Children = ({ id }: { id: string }) => {
  const children = childrenOf(store.sessions.all(), id)
  if (children.length === 0) return null
  return (
    <section aria-label="Sessions that it spawned">
      <h3>Spawned by it</h3>
      <ul class="plain">
        {children.map((child) => (
          <li key={child.id}>
            <State look={sessionLook(child, child.needsInput?.active === true)} isShort />{' '}
            <a href={routeText({ view: 'agents', id: child.id })} dir="auto">
              {child.name}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
