import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, refusal, type Session, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const update = (id: string, fields: object) => api.ok<Task>('PATCH', `/api/tasks/${id}`, fields)
const refuse = (id: string, fields: unknown) => api.request('PATCH', `/api/tasks/${id}`, fields)
const forbidden = refusal(422, 'BUSINESS_RULE_ERROR')

describe('updating a task', () => {
  it('changes the fields that were sent and keeps the others', async () => {
    const parent = await api.task(project.id)
    const first = await api.task(project.id)
    const task = await api.task(project.id, { description: 'kept', model: 'haiku' })
    await nextMillisecond()
    const fields = {
      title: 'new',
      parentId: parent.id,
      priority: 'low',
      initialPrompt: 'Begin',
      skillIds: ['s'],
      agentIds: ['a'],
      dependencies: [first.id],
      dueDate: '2026-12-31',
      acceptanceCriteria: ['done'],
      status: 'blocked',
      sessionStatus: 'needs_input',
    }
    const { status, body } = await api.request<Task>('PATCH', `/api/tasks/${task.id}`, {
      ...fields,
      title: ' new ',
    })
    expect(status).toBe(200)
    expect(body).toEqual({ ...task, ...fields, updatedAt: body.updatedAt })
    expect(body.updatedAt).toBeGreaterThan(task.updatedAt)
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(body)
  })

  it('accepts an empty body, and none at all', async () => {
    const task = await api.task(project.id)
    for (const body of [{}, undefined]) {
      const answer = await api.request<Task>('PATCH', `/api/tasks/${task.id}`, body)
      expect(answer).toMatchObject({ status: 200, body: { id: task.id, title: task.title, status: 'todo' } })
    }
  })

  it('clears an optional field with null, and makes a root task of one whose parent is null', async () => {
    const parent = await api.task(project.id)
    const optional = { model: 'opus', dueDate: '2026-12-31', acceptanceCriteria: ['x'] }
    const task = await api.task(project.id, { ...optional, parentId: parent.id })
    await update(task.id, { sessionStatus: 'working' })
    const nulls = {
      model: null,
      dueDate: null,
      acceptanceCriteria: null,
      sessionStatus: null,
      parentId: null,
    }
    const cleared = await update(task.id, nulls)
    expect(cleared.parentId).toBeNull()
    for (const field of [...Object.keys(optional), 'sessionStatus']) expect(cleared).not.toHaveProperty(field)
    expect(await api.get(`/api/tasks/${parent.id}/children`)).toEqual([])
  })

  it('never changes the project, the id or the times, and stores no unknown field', async () => {
    const other = await api.project()
    const task = await api.task(project.id)
    const sent = {
      projectId: other.id,
      id: 'task_x',
      createdAt: 1,
      startedAt: 2,
      completedAt: 3,
      colour: 'red',
    }
    const updated = await update(task.id, sent)
    expect(updated).toEqual({ ...task, updatedAt: updated.updatedAt })
  })

  it('answers TASK_NOT_FOUND for one that is not there', async () => {
    expect(await refuse('task_none', { title: 'x' })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Task not found'),
    )
  })

  it.each([
    ['a blank title', { title: ' ' }, 'title', 'title is required'],
    ['a title of 501 characters', { title: 't'.repeat(501) }, 'title', undefined],
    ['an unknown status', { status: 'done' }, 'status', undefined],
    ['an unknown session status', { sessionStatus: 'busy' }, 'sessionStatus', undefined],
    ['an unknown priority', { priority: 'urgent' }, 'priority', undefined],
    ['a model of 101 characters', { model: 'm'.repeat(101) }, 'model', undefined],
    ['a due date in words', { dueDate: 'soon' }, 'dueDate', undefined],
    ['an unknown updateSource', { updateSource: 'cli' }, 'updateSource', undefined],
    ['session ids that are no list', { sessionIds: 'sess_1' }, 'sessionIds', undefined],
  ])('refuses %s and changes nothing', async (_, wrong, path, message) => {
    const task = await api.task(project.id)
    const answer = await refuse(task.id, { description: 'new', ...wrong })
    expect(answer).toMatchObject(wrongField(path, message))
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(task)
  })
})

describe('the status of a task', () => {
  it('may go from any to any other', async () => {
    const { id } = await api.task(project.id)
    const all = ['todo', 'in_progress', 'completed', 'cancelled', 'blocked']
    for (const from of all) {
      for (const to of all) {
        expect((await update(id, { status: from })).status).toBe(from)
        expect((await update(id, { status: to })).status).toBe(to)
      }
    }
  })

  it.each([
    ['startedAt', 'in_progress'],
    ['completedAt', 'completed'],
  ] as const)('sets %s the first time it becomes %s, and never again', async (field, status) => {
    const { id } = await api.task(project.id)
    const before = Date.now()
    const time = (await update(id, { status }))[field]
    expect(time).toBeGreaterThanOrEqual(before)
    expect((await update(id, { status: 'todo' }))[field]).toBe(time)
    await nextMillisecond()
    expect((await update(id, { status }))[field]).toBe(time)
  })

  it('still understands the old word pending', async () => {
    const { id } = await api.task(project.id)
    await update(id, { status: 'blocked' })
    expect((await update(id, { status: 'pending' })).status).toBe('todo')
  })

  it.each(['queued', 'working', 'needs_input', 'blocked', 'completed', 'failed', 'skipped'])(
    'is left alone by the session status %s',
    async (sessionStatus) => {
      const { id } = await api.task(project.id)
      expect(await update(id, { sessionStatus })).toMatchObject({
        sessionStatus,
        status: 'todo',
        completedAt: null,
      })
    },
  )
})

describe('who may change what', () => {
  const fields = { title: 'new', status: 'completed', priority: 'high', sessionStatus: 'working' }

  it('lets a session change sessionStatus and nothing else', async () => {
    const task = await api.task(project.id)
    const session = await api.session(project.id)
    const sent = { ...fields, updateSource: 'session', sessionId: session.id, sessionIds: [session.id] }
    const updated = await update(task.id, sent)
    expect(updated).toEqual({ ...task, sessionStatus: 'working', updatedAt: updated.updatedAt })
  })

  it.each([{ updateSource: 'user' }, {}])('lets any other change everything: %j', async (source) => {
    const task = await api.task(project.id)
    const updated = await update(task.id, { ...fields, ...source })
    expect(updated).toMatchObject(fields)
    expect(updated).not.toHaveProperty('updateSource')
  })
})

describe('parents and dependencies', () => {
  it('never form a circle of parents', async () => {
    const top = await api.task(project.id)
    const middle = await api.task(project.id, { parentId: top.id })
    const bottom = await api.task(project.id, { parentId: middle.id })
    for (const parentId of [top.id, middle.id, bottom.id]) {
      expect(await refuse(top.id, { parentId, title: 'new' })).toMatchObject(forbidden)
    }
    expect(await api.get(`/api/tasks/${top.id}`)).toEqual(top)
  })

  it('never form a circle of dependencies, however long', async () => {
    const first = await api.task(project.id)
    const chain = [first]
    for (let length = 1; length < 5; length++) {
      chain.push(await api.task(project.id, { dependencies: [chain.at(-1)?.id] }))
    }
    for (const { id } of chain) {
      expect(await refuse(first.id, { dependencies: [id], title: 'new' })).toMatchObject(forbidden)
    }
    expect(await api.get(`/api/tasks/${first.id}`)).toEqual(first)
  })

  it('must be there, and a parent in the same project', async () => {
    const task = await api.task(project.id)
    const other = await api.project()
    const stranger = await api.task(other.id)
    const details = { taskId: 'task_none' }
    expect(await refuse(task.id, { parentId: 'task_none' })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Parent task not found', details),
    )
    expect(await refuse(task.id, { dependencies: ['task_none'] })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Dependency not found', details),
    )
    expect(await refuse(task.id, { parentId: stranger.id })).toMatchObject(forbidden)
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(task)
  })
})

describe('the sessions of a task', () => {
  it('are replaced by sessionIds, on both sides, and the sessions’ timelines tell', async () => {
    const task = await api.task(project.id)
    const leaving = await api.session(project.id, [task.id])
    const staying = await api.session(project.id, [task.id])
    const coming = await api.session(project.id)
    const sessionIds = [staying.id, coming.id, coming.id]

    expect(new Set((await update(task.id, { sessionIds })).sessionIds)).toEqual(new Set(sessionIds))
    expect((await api.get<Task>(`/api/tasks/${task.id}`)).sessionIds).toHaveLength(2)
    const read = ({ id }: Session) => api.get<Session>(`/api/sessions/${id}`)
    expect(await read(staying)).toEqual(staying)
    expect(await read(coming)).toMatchObject({
      taskIds: [task.id],
      timeline: [{ type: 'task_started', taskId: task.id }],
    })
    expect(await read(leaving)).toMatchObject({
      taskIds: [],
      timeline: [{ type: 'progress', taskId: task.id, message: expect.any(String) }],
    })
  })

  it('never include one that does not exist', async () => {
    const task = await api.task(project.id)
    const answer = await refuse(task.id, { sessionIds: ['sess_none'] })
    expect(answer.status).toBeLessThan(500)
    expect((await api.get<Task>(`/api/tasks/${task.id}`)).sessionIds).toEqual([])
  })
})
