import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { client, type Session, type Task } from '../contract/http'
import { startServer } from '../contract/server'

const time = 1738713700000
const project = {
  id: 'proj_old',
  name: 'old',
  workingDir: '/old',
  createdAt: time,
  updatedAt: time,
  colour: 'red',
}
const oldTask = {
  id: 'task_old',
  projectId: 'proj_old',
  parentId: null,
  title: 'old',
  description: '',
  status: 'pending',
  priority: 'high',
  createdAt: time,
  updatedAt: time,
  startedAt: null,
  completedAt: null,
  initialPrompt: '',
  timeline: [{ id: 'evt_1', type: 'progress', timestamp: time, message: 'long ago' }],
  labels: ['kept', { deep: true }],
}
const oldSession = {
  id: 'sess_old',
  projectId: 'proj_old',
  taskId: 'task_old',
  status: 'running',
  startedAt: time,
  lastActivity: time,
  completedAt: null,
  hostname: 'h',
  platform: 'p',
  metadata: null,
  terminal: { columns: 80 },
}
const lists = { skillIds: [], agentIds: [], dependencies: [] }
const oneSided = {
  ...oldTask,
  ...lists,
  id: 'task_knows',
  title: 'knows',
  status: 'todo',
  sessionIds: ['sess_not'],
}
const whole = { name: 'n', env: {}, events: [], timeline: [], strategy: 'simple', status: 'idle' }
const { taskId: _, ...rest } = oldSession
const doesNotKnow = { ...rest, ...whole, id: 'sess_not', taskIds: [] }
const knowsGhost = { ...rest, ...whole, id: 'sess_ghost', taskIds: ['task_gone'] }
const files: Record<string, object> = {
  'projects/proj_old.json': project,
  'tasks/proj_old/task_old.json': oldTask,
  'tasks/proj_old/task_knows.json': oneSided,
  'sessions/sess_old.json': oldSession,
  'sessions/sess_not.json': doesNotKnow,
  'sessions/sess_ghost.json': knowsGhost,
}

const server = await startServer({
  prepare: ({ dataDir }) => {
    for (const [name, entity] of Object.entries(files)) {
      mkdirSync(dirname(join(dataDir, name)), { recursive: true })
      writeFileSync(join(dataDir, name), JSON.stringify(entity))
    }
  },
})
const api = client(server.url)
afterAll(() => server.stop())
const text = (name: string) => readFileSync(join(server.dataDir, name), 'utf8')

describe('data of an earlier version', () => {
  it('is not rewritten by the start alone', () => {
    for (const [name, entity] of Object.entries(files)) expect(text(name)).toBe(JSON.stringify(entity))
  })

  it('keeps a project, with the fields that nobody knows any more', async () => {
    expect(await api.get('/api/projects/proj_old')).toEqual(project)
  })

  it('is a task of today: todo, its lists, its session; without the timeline', async () => {
    const { timeline: _, ...kept } = oldTask
    expect(await api.get('/api/tasks/task_old')).toEqual({
      ...kept,
      ...lists,
      status: 'todo',
      sessionIds: ['sess_old'],
    })
  })

  it('is a session of today: working, its list of tasks, its name and its defaults', async () => {
    expect(await api.get('/api/sessions/sess_old')).toEqual({
      ...rest,
      taskIds: ['task_old'],
      name: 'Session sess_old',
      env: {},
      events: [],
      timeline: [],
      strategy: 'simple',
      status: 'working',
      parentSessionId: null,
    })
  })

  it('is a relation on both sides when only the task knew of it', async () => {
    expect((await api.get<Session>('/api/sessions/sess_not')).taskIds).toEqual(['task_knows'])
    expect((await api.get<Task>('/api/tasks/task_knows')).sessionIds).toEqual(['sess_not'])
  })

  it('may name a task that is gone', async () => {
    expect((await api.get<Session>('/api/sessions/sess_ghost')).taskIds).toEqual(['task_gone'])
  })

  it('is found by the words of today and of then', async () => {
    for (const query of ['tasks?status=pending', 'tasks?status=todo', 'tasks?sessionId=sess_old']) {
      expect((await api.get<Task[]>(`/api/${query}`)).map(({ id }) => id)).toContain('task_old')
    }
    for (const query of ['sessions?status=running', 'sessions?status=working', 'sessions?taskId=task_old']) {
      expect((await api.get<Session[]>(`/api/${query}`)).map(({ id }) => id)).toContain('sess_old')
    }
  })

  it('is rewritten by its next change, unknown fields and all', async () => {
    const task = await api.ok<Task>('PATCH', '/api/tasks/task_old', { title: 'new' })
    expect(task).toMatchObject({ title: 'new', labels: oldTask.labels })
    await expect.poll(() => JSON.parse(text('tasks/proj_old/task_old.json'))).toEqual(task)
    const session = await api.ok<Session>('POST', '/api/sessions/sess_old/timeline', { message: 'm' })
    expect(session).toMatchObject({ terminal: { columns: 80 } })
    await expect.poll(() => JSON.parse(text('sessions/sess_old.json'))).toEqual(session)
    expect(JSON.parse(text('sessions/sess_old.json'))).not.toHaveProperty('taskId')
  })
})
