// What must hold between all that is stored, whatever was done before.
import { expect } from 'vitest'
import { endedStatuses } from '../../schemas/ended-statuses'
import { entityKinds } from '../../schemas/entities'
import type { Message } from '../../schemas/message'
import type { QueueState } from '../../schemas/queue'
import type { InboxRequest } from '../../schemas/request'
import type { Session } from '../../schemas/session'
import type { Task } from '../../schemas/task'
import type { Documents } from '../../storage/documents'
import { readerOf } from '../../storage/rules/find'
import { isLiving, saysOpen } from '../../storage/rules/living'
import { countReady, countWaiting, readyIn, type Scope, waitingIn } from '../../storage/rules/ready'
import { reasonsOf } from '../../storage/rules/reasons'

export interface World {
  projects: string[]
  tasks: Map<string, Task>
  sessions: Map<string, Session>
  queues: Map<string, QueueState>
  requests: InboxRequest[]
  messages: Message[]
}

export const worldOf = (documents: Documents): World => ({
  projects: documents.list('projects').map(({ id }) => id),
  tasks: new Map(documents.list('tasks').map((entry) => [entry.id, entry.read()])),
  sessions: new Map(documents.list('sessions').map((entry) => [entry.id, entry.read()])),
  queues: new Map(documents.list('queues').map((entry) => [entry.id, entry.read()])),
  requests: documents.list('requests').map((entry) => entry.read()),
  messages: documents.list('messages').map((entry) => entry.read()),
})

/** Fails if anything dangles, closes a circle, or is known to one side only. */
export const expectWhole = (world: World): void => {
  for (const task of world.tasks.values()) expectTaskInPlace(world, task)
  for (const session of world.sessions.values()) expectSessionInPlace(world, session)
  for (const queue of world.queues.values()) expectQueueInPlace(world, queue)
  for (const request of world.requests) expectRequestInPlace(world, request)
  for (const message of world.messages) expectMessageInPlace(world, message)
  expectWaiting(world)
}

const expectOnce = (ids: readonly string[]) => expect(new Set(ids).size).toBe(ids.length)

const expectTaskInPlace = ({ projects, tasks, sessions }: World, task: Task) => {
  expect(projects).toContain(task.projectId)
  if (task.parentId !== null) expect(tasks.get(task.parentId)?.projectId).toBe(task.projectId)
  expectNoWayBack(task.id, ({ parentId }) => (parentId === null ? [] : [parentId]), tasks)
  expectNoWayBack(task.id, ({ dependencies }) => dependencies, tasks)
  for (const id of task.dependencies) expect(tasks.has(id)).toBe(true)
  for (const id of task.sessionIds) expect(sessions.get(id)?.taskIds).toContain(task.id)
  expectOnce(task.dependencies)
  expectOnce(task.sessionIds)
  if (saysOpen(task))
    expect(
      task.sessionIds.some((id) => isLiving(sessions.get(id) ?? { status: 'stopped' })),
      `${task.id} says ${task.sessionStatus}, and no living session has it`,
    ).toBe(true)
  if (task.claim) {
    const holder = sessions.get(task.claim.sessionId)
    expect(isLiving(holder ?? { status: 'stopped' }), `${task.id} is claimed by one that has ended`).toBe(
      true,
    )
    expect(task.sessionIds).toContain(task.claim.sessionId)
    expect(task.lastClaim?.epoch).toBe(task.claim.epoch)
    expect(task.status).toBe('in_progress')
  }
  if (task.status === 'in_progress') expect(task.startedAt).not.toBe(null)
  if (task.status === 'completed') expect(task.completedAt).not.toBe(null)
}

const expectNoWayBack = (id: string, ways: (task: Task) => string[], tasks: Map<string, Task>) => {
  const seen = new Set<string>()
  const open = [id]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const task = tasks.get(next)
    for (const way of task ? ways(task) : []) {
      expect(way).not.toBe(id)
      if (!seen.has(way)) open.push(way)
      seen.add(way)
    }
  }
}

const expectSessionInPlace = ({ projects, tasks, queues }: World, session: Session) => {
  expect(projects).toContain(session.projectId)
  for (const id of session.taskIds) {
    const task = tasks.get(id)
    if (task) expect(task.sessionIds).toContain(session.id)
  }
  expectOnce(session.taskIds)
  expectOnce(session.timeline.map(({ id }) => id))
  expect(session.completedAt !== null).toBe(endedStatuses.includes(session.status))
  expect(queues.has(session.id)).toBe(session.strategy === 'queue')
}

const expectQueueInPlace = ({ tasks, sessions }: World, { sessionId, items, currentIndex }: QueueState) => {
  const open = items.filter(({ status }) => status === 'queued' || status === 'processing')
  expectOnce(open.map(({ taskId }) => taskId))
  for (const { taskId } of open) {
    expect(tasks.has(taskId)).toBe(true)
    expect(sessions.get(sessionId)?.taskIds).toContain(taskId)
  }
  expect(items.filter(({ status }) => status === 'processing').length).toBe(currentIndex === -1 ? 0 : 1)
  expect(currentIndex).toBe(items.findIndex(({ status }) => status === 'processing'))
}

const expectRequestInPlace = ({ sessions }: World, request: InboxRequest) => {
  const session = sessions.get(request.sessionId)
  expect(session?.projectId).toBe(request.projectId)
  if (request.state === 'open' && !request.outlivesSession)
    expect(isLiving(session ?? { status: 'stopped' })).toBe(true)
  expect(request.answer !== undefined).toBe(request.state === 'answered')
}

const expectMessageInPlace = ({ sessions }: World, { sessionId, state }: Message) => {
  expect(sessions.has(sessionId)).toBe(true)
  if (state === 'queued' || state === 'sending')
    expect(isLiving(sessions.get(sessionId) ?? { status: 'stopped' })).toBe(true)
}

/** A session waits for a person exactly when a request of its is open. */
const expectWaiting = ({ sessions, requests }: World) => {
  const open = requests.filter(({ state, outlivesSession }) => state === 'open' && !outlivesSession)
  const waiting = [...sessions.values()].filter(({ needsInput }) => needsInput?.active)
  expect(new Set(waiting.map(({ id }) => id))).toEqual(new Set(open.map(({ sessionId }) => sessionId)))
  for (const { id, needsInput } of waiting)
    expect(needsInput?.message).toBe(open.find(({ sessionId }) => sessionId === id)?.title)
}

/** Fails if what is told to be ready, or to wait, is not what the contract says of all tasks. */
export const expectReadyRight = (documents: Documents): void => {
  const reader = readerOf(documents)
  const { tasks, sessions, projects } = worldOf(documents)
  const all = [...tasks.values()]
  const isDone = ({ status, sessionStatus }: Task) =>
    status === 'completed' ||
    (sessionStatus === 'completed' && (status === 'todo' || status === 'in_progress'))
  const isReady = (task: Task) =>
    task.status === 'todo' &&
    task.sessionStatus === undefined &&
    !task.claim &&
    task.dependencies.every((id) => isDone(tasks.get(id) ?? task)) &&
    all.every((child) => child.parentId !== task.id || isDone(child) || child.status === 'cancelled') &&
    [...sessions.values()].every(
      (session) => !session.taskIds.includes(task.id) || !isLiving(session) || session.strategy === 'tree',
    )
  const isBelow = (task: Task, top: string): boolean => {
    const parent = task.parentId === null ? undefined : tasks.get(task.parentId)
    return parent !== undefined && (parent.id === top || isBelow(parent, top))
  }
  const ranks = ['high', 'medium', 'low']
  const inOrder = (a: Task, b: Task) =>
    ranks.indexOf(a.priority) - ranks.indexOf(b.priority) ||
    a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : 1)
  const scopes: Scope[] = [
    {},
    ...projects.map((projectId) => ({ projectId })),
    ...all.map(({ id }) => ({ under: id })),
  ]
  for (const scope of scopes) {
    const within = all.filter(
      (task) =>
        (scope.projectId === undefined || task.projectId === scope.projectId) &&
        (scope.under === undefined || isBelow(task, scope.under)),
    )
    const ready = within.filter(isReady).sort(inOrder)
    expect([...readyIn(reader, scope)].map(({ id }) => id)).toEqual(ready.map(({ id }) => id))
    expect(countReady(reader, scope)).toBe(ready.length)
    const waiting = within.filter(
      (task) => (task.status === 'todo' || task.status === 'blocked') && !ready.includes(task),
    )
    expect([...waitingIn(reader, scope)].map(({ id }) => id).sort()).toEqual(
      waiting.map(({ id }) => id).sort(),
    )
    expect(countWaiting(reader, scope)).toBe(waiting.length)
  }
  for (const task of all) expect(reasonsOf(reader, task).length === 0, task.id).toBe(isReady(task))
}

/** Fails if a list by a field shows anything but what has it. */
export const expectListsRight = (documents: Documents): void => {
  for (const kind of entityKinds)
    for (const entry of documents.list(kind)) {
      expect(documents.get(kind, entry.id)).toBe(entry)
      for (const [field, values] of Object.entries(entry.fields))
        for (const value of [values].flat()) {
          const listed = documents.list(kind, { [field]: value })
          expect(listed).toContain(entry)
          for (const one of listed) expect(documents.get(kind, one.id)).toBe(one)
        }
    }
}
