/** What people stored with an earlier version, edited by hand or half lost must be there, and hang together. */

import memory from 'unstorage/drivers/memory'
import { describe, expect, it } from 'vitest'
import { updateSession } from '../../storage/rules/sessions'
import { updateTask } from '../../storage/rules/tasks'
import { everything, open } from '../drivers/open'

const time = 1738713700000
const project = { id: 'p', name: 'p', workingDir: '/', createdAt: time, updatedAt: time }
const task = {
  id: 't',
  projectId: 'p',
  parentId: null,
  title: 'a task',
  description: '',
  status: 'todo',
  priority: 'medium',
  createdAt: time,
  updatedAt: time,
  startedAt: null,
  completedAt: null,
  initialPrompt: '',
  sessionIds: [],
  skillIds: [],
  agentIds: [],
  dependencies: [],
}
const session = {
  id: 's',
  projectId: 'p',
  taskIds: [],
  name: 'a session',
  env: {},
  strategy: 'simple',
  status: 'idle',
  startedAt: time,
  lastActivity: time,
  completedAt: null,
  hostname: 'h',
  platform: 'p',
  events: [],
  timeline: [],
  metadata: null,
  parentSessionId: null,
}

/** Opens a workspace on documents as they are on disk. */
const load = async (documents: Record<string, unknown>) => {
  const driver = memory()
  for (const [key, document] of Object.entries(documents))
    driver.setItem?.(key, typeof document === 'string' ? document : JSON.stringify(document, null, 2), {})
  const opened = await open(driver)
  const stored = (key: string): unknown => JSON.parse(String(driver.getItem(key, {})))
  return { ...opened, stored, found: await everything(opened.workspace) }
}

const without = <T extends object>(document: T, ...fields: (keyof T)[]) =>
  Object.fromEntries(Object.entries(document).filter(([field]) => !fields.some((one) => one === field)))

const entry = { id: 'evt_1', type: 'progress', timestamp: time }
const migrations: [found: string, kind: 'tasks' | 'sessions', stored: object, becomes: object][] = [
  [
    'session with taskId and no taskIds',
    'sessions',
    { ...without(session, 'taskIds'), taskId: 'task_gone' },
    { ...session, taskIds: ['task_gone'] },
  ],
  [
    'session without name, env, taskIds, events, timeline, strategy',
    'sessions',
    { ...without(session, 'name', 'env', 'taskIds', 'events', 'timeline', 'strategy') },
    { ...session, name: 'Session s' },
  ],
  ['session without parentSessionId', 'sessions', without(session, 'parentSessionId'), session],
  [
    'session whose metadata alone says who asked for it',
    'sessions',
    { ...without(session, 'parentSessionId'), metadata: { spawnedBy: 'sess_1' } },
    { ...session, metadata: { spawnedBy: 'sess_1' }, parentSessionId: 'sess_1' },
  ],
  [
    'session in which somebody else had a use for the names of later fields',
    'sessions',
    { ...without(session, 'parentSessionId'), model: null, agent: { id: 'claude' }, drive: 'terminal' },
    { ...session, drive: 'terminal' },
  ],
  [
    'session status running',
    'sessions',
    { ...session, status: 'running' },
    { ...session, status: 'working' },
  ],
  [
    'task without sessionIds, skillIds, agentIds, dependencies',
    'tasks',
    { ...without(task, 'sessionIds', 'skillIds', 'agentIds', 'dependencies') },
    task,
  ],
  ['task status pending', 'tasks', { ...task, status: 'pending' }, task],
  ['task with a timeline', 'tasks', { ...task, timeline: [entry] }, task],
  [
    'fields that this server does not know',
    'tasks',
    { ...task, labels: [{ a: 1 }] },
    { ...task, labels: [{ a: 1 }] },
  ],
  [
    'fields that this server does not know',
    'sessions',
    { ...session, pty: { rows: 3 } },
    { ...session, pty: { rows: 3 } },
  ],
]

describe('data of an earlier version', () => {
  it.each(migrations)('%s, among the %s', async (_, kind, before, becomes) => {
    const key = kind === 'tasks' ? 'tasks:p:t' : 'sessions:s'
    const { workspace, found, logged, stored } = await load({ 'projects:p': project, [key]: before })
    expect(logged).toEqual([])
    expect(found[key]).toEqual(becomes)
    expect(stored(key)).toEqual(before)
    await workspace.change((tx) =>
      kind === 'tasks'
        ? updateTask(tx, 't', { description: 'changed' })
        : updateSession(tx, 's', { name: 'changed' }),
    )
    const change = kind === 'tasks' ? { description: 'changed' } : { name: 'changed' }
    const now = kind === 'tasks' ? 'updatedAt' : 'lastActivity'
    expect(stored(key)).toEqual({ ...becomes, ...change, [now]: expect.any(Number) })
  })
})

describe('a relation that one side does not know', () => {
  it('is completed on the other', async () => {
    const { found } = await load({
      'tasks:p:t': { ...task, sessionIds: ['s'] },
      'tasks:p:u': { ...task, id: 'u' },
      'sessions:s': session,
      'sessions:r': { ...session, id: 'r', taskIds: ['u', 't'] },
    })
    expect(found).toMatchObject({
      'tasks:p:t': { sessionIds: ['s', 'r'] },
      'tasks:p:u': { sessionIds: ['r'] },
      'sessions:s': { taskIds: ['t'] },
      'sessions:r': { taskIds: ['u', 't'] },
    })
  })

  it('is left to the session when the task is gone, and dropped from the task when the session is', async () => {
    const { found, stored } = await load({
      'tasks:p:t': { ...task, sessionIds: ['gone', 's'] },
      'sessions:s': { ...session, taskIds: ['t', 'gone'] },
    })
    expect(found).toMatchObject({
      'tasks:p:t': { sessionIds: ['s'] },
      'sessions:s': { taskIds: ['t', 'gone'] },
    })
    expect(stored('tasks:p:t')).toMatchObject({ sessionIds: ['gone', 's'] })
  })
})

describe('a document that is none', () => {
  it.each([
    ['half of one', '{"id":"p","na'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['one with a wrong field', JSON.stringify({ ...project, name: 5 })],
    ['one under another name', JSON.stringify({ ...project, id: 'q' })],
  ])('does not keep the rest from being served: %s', async (_, text) => {
    const { found, logged } = await load({
      'projects:p': text,
      'projects:good': { ...project, id: 'good' },
    })
    expect(Object.keys(found)).toEqual(['projects:good'])
    expect(logged).toHaveLength(1)
  })

  it('is one in the folder of another project', async () => {
    const { found, logged } = await load({ 'tasks:other:t': task, 'tasks:p:u': { ...task, id: 'u' } })
    expect(Object.keys(found)).toEqual(['tasks:p:u'])
    expect(logged).toMatchObject([{ details: { reason: expect.stringContaining('tasks:p:t') } }])
  })
})
