/** Any work in any order leaves a whole: nothing dangling, one-sided, half done, or published that did not happen. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ApiError } from '../../schemas/errors'
import { memoryDriver } from '../../storage/drivers/memory'
import type { PublishedEvent } from '../../storage/event'
import { entityKindOfKey } from '../../storage/kinds'
import { stepsOf } from '../../storage/others-turn'
import { claimNext, claimTask, releaseTask } from '../../storage/rules/claims'
import { endSession, stopSession } from '../../storage/rules/endings'
import { addTask, pushTask, removeTask } from '../../storage/rules/links'
import { sendMessage, updateMessage } from '../../storage/rules/messages'
import { createProject, deleteProject } from '../../storage/rules/projects'
import { completeCurrent, failCurrent, skipNext, startNext } from '../../storage/rules/queues'
import {
  answerRequest,
  createRequest,
  noteAnswerDelivered,
  withdrawRequest,
} from '../../storage/rules/requests'
import { createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import type { Workspace } from '../../storage/workspace'
import { everything, open } from '../drivers/open'
import { machine, stored } from '../drivers/sample-data'
import { scaled, scaledMs } from '../random'
import { expectListsRight, expectReadyRight, expectWhole, worldOf } from './invariants'

/** Entities are named by number, in order of creation, round and round; the highest names none. */
const none = 9
const one = fc.oneof({ weight: 12, arbitrary: fc.nat(none - 1) }, { weight: 1, arbitrary: fc.constant(none) })
/** Nearly all of it is in one project. */
const mostlyFirst = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: one })
const several = fc.uniqueArray(one, { maxLength: 3 })
const taskStatus = fc.constantFrom('todo' as const, 'in_progress' as const, 'completed' as const)
const sessionStatus = fc.constantFrom(
  'idle' as const,
  'working' as const,
  'completed' as const,
  'failed' as const,
)
const strategy = fc.constantFrom('simple' as const, 'queue' as const, 'tree' as const)
const priority = fc.constantFrom('high' as const, 'medium' as const, 'low' as const)

const creation = fc.oneof(
  fc.record({
    do: fc.constant('create task' as const),
    project: one,
    parent: fc.option(one),
    dependencies: several,
    priority,
  }),
  fc.record({ do: fc.constant('create session' as const), project: mostlyFirst, tasks: several, strategy }),
)
const update = fc.oneof(
  fc.record({ do: fc.constant('update task' as const), task: one, status: taskStatus }),
  fc.record({ do: fc.constant('update task' as const), task: one, parent: fc.option(one) }),
  fc.record({ do: fc.constant('update task' as const), task: one, dependencies: several }),
  fc.record({ do: fc.constant('update task' as const), task: one, sessions: several, status: taskStatus }),
  fc.record(
    { do: fc.constant('update session' as const), session: one, status: sessionStatus, tasks: several },
    { requiredKeys: ['do', 'session'] },
  ),
)
const link = fc.record({
  do: fc.constantFrom('add' as const, 'remove' as const, 'push' as const),
  session: one,
  task: one,
})
const queue = fc.record({
  do: fc.constantFrom('start' as const, 'complete' as const, 'fail' as const, 'skip' as const),
  session: one,
})
const cause = fc.constantFrom(
  { cause: 'reported' as const },
  { cause: 'start_failed' as const },
  { cause: 'stopped' as const },
  { cause: 'lost' as const },
  { cause: 'exited' as const, exitCode: 0 },
  { cause: 'exited' as const, signal: 'SIGTERM' },
)
const outcome = fc.record({ task: one, outcome: fc.constantFrom('completed' as const, 'blocked' as const) })
const ending = fc.oneof(
  fc.record({
    do: fc.constant('end' as const),
    session: one,
    how: cause,
    outcomes: fc.array(outcome, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('stop' as const), session: one }),
  fc.record({
    do: fc.constant('report' as const),
    task: one,
    session: one,
    said: fc.constantFrom('working' as const, 'needs_input' as const, 'failed' as const),
  }),
)
const inbox = fc.oneof(
  fc.record(
    {
      do: fc.constant('ask' as const),
      session: one,
      kind: fc.constantFrom('approval' as const, 'question' as const, 'stall' as const),
      task: one,
    },
    { requiredKeys: ['do', 'session', 'kind'] },
  ),
  fc.record({
    do: fc.constantFrom('answer' as const, 'withdraw' as const, 'deliver' as const),
    request: one,
  }),
  fc.record({ do: fc.constant('tell' as const), session: one }),
  fc.record({
    do: fc.constant('move' as const),
    message: one,
    state: fc.constantFrom('sending' as const, 'delivered' as const, 'unknown' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), session: one, active: fc.boolean() }),
)
const claiming = fc.oneof(
  fc.record({ do: fc.constant('claim' as const), session: one, task: one }),
  fc.record(
    { do: fc.constant('claim next' as const), session: one, under: one },
    { requiredKeys: ['do', 'session'] },
  ),
  fc.record(
    {
      do: fc.constant('release' as const),
      session: one,
      task: one,
      outcome: fc.constantFrom('completed' as const, 'failed' as const, 'blocked' as const),
      force: fc.boolean(),
    },
    { requiredKeys: ['do', 'session', 'task'] },
  ),
)
const deletion = fc.oneof(
  fc.record({ do: fc.constant('delete project' as const), project: one }),
  fc.record({ do: fc.constant('delete task' as const), task: one }),
  fc.record({ do: fc.constant('delete session' as const), session: one }),
)
const step = fc.oneof(
  { weight: 6, arbitrary: creation },
  { weight: 8, arbitrary: update },
  { weight: 4, arbitrary: link },
  { weight: 4, arbitrary: queue },
  { weight: 4, arbitrary: ending },
  { weight: 6, arbitrary: inbox },
  { weight: 8, arbitrary: claiming },
  { weight: 2, arbitrary: deletion },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const perform = (tx: Transaction, step: Step) => {
  const named = (kind: 'projects' | 'tasks' | 'sessions' | 'requests' | 'messages') => {
    const ids = tx.list(kind).map(({ id }) => id)
    return (number: number) => (number === none ? undefined : ids[number % ids.length]) ?? 'none'
  }
  const [project, task, session] = [named('projects'), named('tasks'), named('sessions')]
  const [request, message] = [named('requests'), named('messages')]
  switch (step.do) {
    case 'delete project':
      return deleteProject(tx, project(step.project))
    case 'create task':
      return createTask(tx, {
        projectId: project(step.project),
        title: 't',
        parentId: step.parent === null ? undefined : task(step.parent),
        dependencies: [...new Set(step.dependencies.map(task))],
        priority: step.priority,
      })
    case 'claim':
      return claimTask(tx, task(step.task), session(step.session))
    case 'claim next':
      return claimNext(tx, session(step.session), {
        under: step.under === undefined ? undefined : task(step.under),
      })
    case 'release':
      return releaseTask(tx, task(step.task), step, session(step.session))
    case 'update task':
      return updateTask(tx, task(step.task), {
        ...('status' in step && { status: step.status }),
        ...('parent' in step && { parentId: step.parent === null ? null : task(step.parent) }),
        ...('dependencies' in step && { dependencies: [...new Set(step.dependencies.map(task))] }),
        ...('sessions' in step && { sessionIds: [...new Set(step.sessions.map(session))] }),
      })
    case 'delete task':
      return deleteTask(tx, task(step.task))
    case 'create session':
      return createSession(
        tx,
        {
          projectId: project(step.project),
          taskIds: [...new Set(step.tasks.map(task))],
          strategy: step.strategy,
        },
        machine,
      )
    case 'update session':
      return updateSession(tx, session(step.session), {
        status: step.status,
        taskIds: step.tasks && [...new Set(step.tasks.map(task))],
      })
    case 'end':
      return endSession(tx, session(step.session), {
        ...step.how,
        outcomes: step.outcomes.map((said) => ({ taskId: task(said.task), outcome: said.outcome })),
      })
    case 'stop':
      return stopSession(tx, session(step.session))
    case 'report': {
      const id = task(step.task)
      // Who reports of a task that no session has is no session.
      if (tx.get('tasks', id)?.sessionIds.length === 0) return undefined
      const sessionId = session(step.session)
      return updateTask(tx, id, { updateSource: 'session', sessionStatus: step.said, sessionId })
    }
    case 'delete session':
      return deleteSession(tx, session(step.session))
    case 'ask':
      return createRequest(tx, session(step.session), {
        kind: step.kind,
        title: 'Which?',
        taskId: step.task === undefined ? undefined : task(step.task),
      })
    case 'answer':
      return answerRequest(tx, request(step.request), { text: 'so', by: 'user', from: 'user' })
    case 'withdraw':
      return withdrawRequest(tx, request(step.request))
    case 'deliver':
      return noteAnswerDelivered(tx, request(step.request))
    case 'tell':
      return sendMessage(tx, session(step.session), { text: 'hello' }, 'user')
    case 'move':
      return updateMessage(tx, message(step.message), { state: step.state })
    case 'wait': {
      const id = session(step.session)
      // Only what requests say is known to be so.
      if (step.active && tx.count('requests', { openOf: id }) === 0) return undefined
      return updateSession(tx, id, { needsInput: { active: step.active } })
    }
    case 'add':
      return addTask(tx, session(step.session), task(step.task))
    case 'remove':
      return removeTask(tx, session(step.session), task(step.task))
    case 'push':
      return pushTask(tx, session(step.session), task(step.task))
    case 'start':
      return startNext(tx, session(step.session))
    case 'complete':
      return completeCurrent(tx, session(step.session))
    case 'fail':
      return failCurrent(tx, session(step.session))
    case 'skip':
      return skipNext(tx, session(step.session))
  }
}

/** Events are true: they carry an entity as it is now, or that it is gone; and every change has one. */
const expectTrue = (
  events: PublishedEvent[],
  before: Record<string, unknown>,
  now: Record<string, unknown>,
) => {
  for (const { name, about, data } of events) {
    const content: unknown = JSON.parse(data)
    const key = Object.keys({ ...now, ...before }).find(
      (key) => about && key.endsWith(`:${about.id}`) && key.startsWith(about.kind),
    )
    if (key)
      expect(name.startsWith('queue') ? { sessionId: about?.id, queue: now[key] } : now[key]).toEqual(content)
  }
  const changed = Object.keys({ ...before, ...now }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  )
  const all = events.map(({ data }) => data).join()
  for (const key of changed) {
    const [kind, folder, id = folder] = key.split(':')
    // Requests and messages go with their session, and are not told of one by one.
    const goesAlong = (kind === 'requests' || kind === 'messages') && !(key in now)
    expect(all).toContain(goesAlong ? folder : id)
  }
  expect(new Set(events.map(({ name, data }) => name + data)).size).toBe(events.length)
}

/** Deletes what there is, one after the other; what is left is whole each time. */
const deleteAll = async (workspace: Workspace) => {
  const { sessions, tasks, projects } = await workspace.read(worldOf)
  const deletions = [
    ...[...sessions.keys()].map((id) => (tx: Transaction) => deleteSession(tx, id)),
    ...[...tasks.keys()].map((id) => (tx: Transaction) => deleteTask(tx, id)),
    ...projects.map((id) => (tx: Transaction) => deleteProject(tx, id)),
  ]
  for (const deletion of deletions) {
    await workspace.change(deletion)
    expectWhole(await workspace.read(worldOf))
  }
}

it('holds together', { timeout: scaledMs(120_000) }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const { workspace, driver, published } = await open(memoryDriver())
      const begun = new Map<string, number>()
      for (const name of ['p', 'q']) await workspace.change((tx) => createProject(tx, { name }, '/'))
      for (const step of steps) {
        const [before, known] = [await everything(workspace), published.length]
        const refusal: unknown = await workspace
          .change(function* (tx) {
            yield* stepsOf<unknown>(perform(tx, step))
          })
          .catch((error) => error)
        const now = await everything(workspace)
        if (refusal) {
          expect(refusal).toBeInstanceOf(ApiError)
          expect(refusal).toMatchObject({ status: expect.toSatisfy((status) => status < 500) })
          expect([now, published.length]).toEqual([before, known])
        }
        expectTrue(published.slice(known), before, now)
        const kept = Object.entries(await stored({ driver })).filter(([key]) => entityKindOfKey(key))
        expect(Object.fromEntries(kept)).toEqual(now)
        await workspace.read(expectListsRight)
        await workspace.read(expectReadyRight)
        const world = await workspace.read(worldOf)
        expectWhole(world)
        for (const { id, startedAt, completedAt } of world.tasks.values())
          for (const [what, time] of Object.entries({ startedAt, completedAt })) {
            if (begun.has(`${id} ${what}`)) expect(time).toBe(begun.get(`${id} ${what}`))
            else if (time !== null) begun.set(`${id} ${what}`, time)
          }
      }
      await deleteAll(workspace)
      expect(await everything(workspace)).toEqual({})
      expect(published.map(({ number }) => number)).toEqual(published.map((_, index) => index + 1))
    }),
    { numRuns: scaled(30) },
  )
})
