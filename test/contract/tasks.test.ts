import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project({ name: 'one' })
const elsewhere = await api.project({ name: 'another' })
const notFound = refusal(404, 'TASK_NOT_FOUND', 'Task not found')

describe('creating a task', () => {
  it('answers 201 with the whole task: every default, and no field without a value', async () => {
    const sent = { projectId: project.id, title: 'Write it' }
    const { status, body } = await api.request<Task>('POST', '/api/tasks', sent)
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^task_\d{13}_[0-9a-z]{9}$/),
      projectId: project.id,
      parentId: null,
      title: 'Write it',
      description: '',
      status: 'todo',
      priority: 'medium',
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
      startedAt: null,
      completedAt: null,
      initialPrompt: '',
      sessionIds: [],
      skillIds: [],
      agentIds: [],
      dependencies: [],
    })
    expect(Number.isInteger(body.createdAt)).toBe(true)
    expect(await api.get(`/api/tasks/${body.id}`)).toEqual(body)
  })

  it('keeps every field that it was given', async () => {
    const parent = await api.task(project.id)
    const first = await api.task(project.id)
    const fields = {
      parentId: parent.id,
      description: 'At length',
      priority: 'high',
      initialPrompt: 'Begin',
      skillIds: ['maestro-worker'],
      agentIds: ['agent-1'],
      dependencies: [first.id],
      model: 'opus',
      dueDate: '2026-02-28',
      acceptanceCriteria: ['It works', 'It is tested'],
    }
    const task = await api.task(project.id, fields)
    expect(task).toMatchObject(fields)
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(task)
  })

  it('trims the title, and takes 500 characters of it', async () => {
    const title = 't'.repeat(500)
    expect((await api.task(project.id, { title: ` ${title}\n` })).title).toBe(title)
  })

  it('is always todo, whatever else the body says', async () => {
    const sent = {
      status: 'completed',
      sessionStatus: 'working',
      startedAt: 5,
      completedAt: 6,
      id: 'task_mine',
    }
    const task = await api.task(project.id, { ...sent, sessionIds: ['sess_x'], colour: 'red' })
    expect(task).toMatchObject({ status: 'todo', startedAt: null, completedAt: null, sessionIds: [] })
    expect(task.id).not.toBe('task_mine')
    expect(task).not.toHaveProperty('sessionStatus')
    expect(task).not.toHaveProperty('colour')
  })

  it.each([
    ['no title', { title: undefined }, 'title', 'title is required'],
    ['a blank title', { title: '   ' }, 'title', 'title is required'],
    ['no projectId', { projectId: undefined }, 'projectId', 'projectId is required'],
    ['a blank projectId', { projectId: '' }, 'projectId', 'projectId is required'],
    ['a title of 501 characters', { title: 't'.repeat(501) }, 'title', undefined],
    ['a title that is no string', { title: ['x'] }, 'title', undefined],
    ['an unknown priority', { priority: 'urgent' }, 'priority', undefined],
    ['a model of 101 characters', { model: 'm'.repeat(101) }, 'model', undefined],
    ['a due date in words', { dueDate: 'tomorrow' }, 'dueDate', undefined],
    ['a due date with a time', { dueDate: '2026-02-08T10:00:00Z' }, 'dueDate', undefined],
    ['a due date that no calendar has', { dueDate: '2026-02-30' }, 'dueDate', undefined],
    ['criteria that are no list', { acceptanceCriteria: 'works' }, 'acceptanceCriteria', undefined],
    ['a skill list that is no list', { skillIds: 'x' }, 'skillIds', undefined],
    ['a description that is no string', { description: 5 }, 'description', undefined],
  ])('refuses %s and creates nothing', async (_, wrong, path, message) => {
    const before = await api.get('/api/tasks')
    const body = { projectId: project.id, title: 'x', ...wrong }
    expect(await api.request('POST', '/api/tasks', body)).toMatchObject(wrongField(path, message))
    expect(await api.get('/api/tasks')).toEqual(before)
  })

  it('asks for the project first when both required fields are missing, and names both', async () => {
    const { body } = await api.request('POST', '/api/tasks', {})
    expect(body.message).toBe('projectId is required')
    expect(body.details?.issues).toEqual([
      { path: 'projectId', message: 'projectId is required' },
      { path: 'title', message: 'title is required' },
    ])
  })

  it('is refused in a project that does not exist', async () => {
    const body = { projectId: 'proj_none', title: 'x' }
    expect(await api.request('POST', '/api/tasks', body)).toMatchObject(
      refusal(404, 'PROJECT_NOT_FOUND', 'Project not found'),
    )
  })

  it('is refused under a parent or behind a dependency that does not exist, and names it', async () => {
    const body = { projectId: project.id, title: 'x' }
    const details = { taskId: 'task_none' }
    expect(await api.request('POST', '/api/tasks', { ...body, parentId: 'task_none' })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Parent task not found', details),
    )
    expect(await api.request('POST', '/api/tasks', { ...body, dependencies: ['task_none'] })).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Dependency not found', details),
    )
  })

  it('is refused under a parent of another project', async () => {
    const parent = await api.task(elsewhere.id)
    const body = { projectId: project.id, title: 'x', parentId: parent.id }
    expect(await api.request('POST', '/api/tasks', body)).toMatchObject(refusal(422, 'BUSINESS_RULE_ERROR'))
    expect(await api.get(`/api/tasks/${parent.id}/children`)).toEqual([])
  })
})

describe('reading tasks', () => {
  it('answers TASK_NOT_FOUND for one that is not there', async () => {
    expect(await api.request('GET', '/api/tasks/task_none')).toMatchObject(notFound)
    expect(await api.request('GET', '/api/tasks/task_none/children')).toMatchObject(notFound)
  })

  it('lists the direct children, oldest first, and no grandchildren', async () => {
    const parent = await api.task(project.id)
    const children = [
      await api.task(project.id, { parentId: parent.id }),
      await api.task(project.id, { parentId: parent.id }),
    ]
    const grandchild = await api.task(project.id, { parentId: children[0]?.id })
    expect(await api.get(`/api/tasks/${parent.id}/children`)).toEqual(children)
    expect(await api.get(`/api/tasks/${grandchild.id}/children`)).toEqual([])
  })
})

describe('filtering tasks', async () => {
  const home = await api.project({ name: 'filters' })
  const root = await api.task(home.id, { title: 'root' })
  const child = await api.task(home.id, { title: 'child', parentId: root.id })
  const done = await api.task(home.id, { title: 'done' })
  await api.ok<Task>('PATCH', `/api/tasks/${done.id}`, { status: 'completed' })
  const session: Session = await api.session(home.id, [child.id])

  it.each([
    ['everything of a project, oldest first', '', ['root', 'child', 'done']],
    ['a status', '&status=completed', ['done']],
    ['the old word for todo', '&status=pending', ['root', 'child']],
    ['todo itself', '&status=todo', ['root', 'child']],
    ['a status that does not exist', '&status=finished', []],
    ['root tasks', '&parentId=null', ['root', 'done']],
    ['the children of a task', `&parentId=${root.id}`, ['child']],
    ['a parent that does not exist', '&parentId=task_none', []],
    ['a session', `&sessionId=${session.id}`, ['child']],
    ['a session that does not exist', '&sessionId=sess_none', []],
    ['all of them at once, combined with and', `&sessionId=${session.id}&parentId=null&status=todo`, []],
    ['several that fit', `&sessionId=${session.id}&parentId=${root.id}&status=todo`, ['child']],
    ['a parameter that nobody knows: ignored', '&colour=red', ['root', 'child', 'done']],
  ])('finds %s', async (_, query, titles) => {
    const found = await api.get<Task[]>(`/api/tasks?projectId=${home.id}${query}`)
    expect(found.map(({ title }) => title)).toEqual(titles)
  })

  it('finds nothing in a project that does not exist', async () => {
    expect(await api.get('/api/tasks?projectId=proj_none')).toEqual([])
  })
})
