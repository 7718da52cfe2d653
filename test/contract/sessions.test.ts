import { afterAll, describe, expect, it } from 'vitest'
import { type Answer, client, refusal, type Session, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const notFound = refusal(404, 'SESSION_NOT_FOUND', 'Session not found')
const create = (fields: object) =>
  api.request<Session>('POST', '/api/sessions', { projectId: project.id, taskIds: [], ...fields })
const sessionIdsOf = async ({ id }: Task) => (await api.get<Task>(`/api/tasks/${id}`)).sessionIds

describe('creating a session', () => {
  it('answers 201 with the whole session: every default, and an empty timeline', async () => {
    const task = await api.task(project.id)
    const { status, body } = await create({ taskIds: [task.id] })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^sess_\d{13}_[0-9a-z]{9}$/),
      projectId: project.id,
      taskIds: [task.id],
      name: 'Unnamed Session',
      env: {},
      strategy: 'simple',
      status: 'idle',
      startedAt: body.startedAt,
      lastActivity: body.startedAt,
      completedAt: null,
      hostname: expect.stringMatching(/./),
      platform: expect.stringMatching(/./),
      events: [],
      timeline: [],
      metadata: null,
      parentSessionId: null,
    })
    expect(Number.isInteger(body.startedAt)).toBe(true)
    expect(await api.get(`/api/sessions/${body.id}`)).toEqual(body)
  })

  it('keeps every field that it was given', async () => {
    const fields = {
      id: 'my-Session_1',
      name: 'Mine',
      agentId: 'agent-1',
      strategy: 'tree',
      status: 'working',
      env: { TERM: 'xterm', EMPTY: '' },
      metadata: { role: 'worker', deep: { list: [1, null, 'x'] } },
    }
    expect(await create(fields)).toMatchObject({ status: 201, body: fields })
    expect(await api.get('/api/sessions/my-Session_1')).toMatchObject(fields)
  })

  it('associates its tasks on both sides, in order, each once', async () => {
    const [one, two] = [await api.task(project.id), await api.task(project.id)]
    const { body } = await create({ taskIds: [two.id, one.id, two.id] })
    expect(body.taskIds).toEqual([two.id, one.id])
    expect(await sessionIdsOf(one)).toEqual([body.id])
    expect(await sessionIdsOf(two)).toEqual([body.id])
  })

  it('takes taskId for a list of one', async () => {
    const task = await api.task(project.id)
    const { body } = await create({ taskIds: undefined, taskId: task.id })
    expect(body.taskIds).toEqual([task.id])
    expect(body).not.toHaveProperty('taskId')
    expect(await sessionIdsOf(task)).toEqual([body.id])
  })

  it('keeps the id of a task that does not exist, and associates it with nothing', async () => {
    const task = await api.task(project.id)
    const { status, body } = await create({ taskIds: ['task_none', task.id] })
    expect(status).toBe(201)
    expect(body.taskIds).toEqual(['task_none', task.id])
    expect(await sessionIdsOf(task)).toEqual([body.id])
  })

  it('may work on tasks of other projects', async () => {
    const other = await api.project()
    const task = await api.task(other.id)
    const { body } = await create({ taskIds: [task.id] })
    expect(body).toMatchObject({ projectId: project.id, taskIds: [task.id] })
    expect(await sessionIdsOf(task)).toEqual([body.id])
  })

  it('still understands the old status running', async () => {
    expect((await create({ status: 'running' })).body.status).toBe('working')
  })

  it('ignores fields that it does not know, and those that only the server may set', async () => {
    const sent = {
      startedAt: 1,
      lastActivity: 2,
      completedAt: 3,
      hostname: 'h',
      timeline: [{ type: 'error' }],
    }
    const { body } = await create({ ...sent, launchConfig: {} })
    expect(body).not.toHaveProperty('launchConfig')
    expect(body).toMatchObject({ completedAt: null, timeline: [] })
    expect(body.startedAt).toBeGreaterThan(1)
    expect(body.hostname).not.toBe('h')
  })

  it.each([
    ['no projectId', { projectId: undefined }, 'projectId', 'projectId is required'],
    ['neither taskIds nor taskId', { taskIds: undefined }, 'taskIds', 'taskIds is required'],
    ['task ids that are no list', { taskIds: 'task_1' }, 'taskIds', undefined],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name', undefined],
    ['an unknown strategy', { strategy: 'random' }, 'strategy', undefined],
    ['an unknown status', { status: 'asleep' }, 'status', undefined],
    ['an env that is no object', { env: 'A=1' }, 'env', undefined],
    ['metadata that is no object', { metadata: ['x'] }, 'metadata', undefined],
    ['an id of 129 characters', { id: 's'.repeat(129) }, 'id', undefined],
    ['an empty id', { id: '' }, 'id', undefined],
    ['an id with a dot', { id: 'a.b' }, 'id', undefined],
    ['an id with a slash', { id: 'a/b' }, 'id', undefined],
    ['an id that climbs', { id: '..' }, 'id', undefined],
    ['an id with a space', { id: 'a b' }, 'id', undefined],
    ['an id with a letter beyond a to z', { id: 'é' }, 'id', undefined],
    ['an id with a line break', { id: 'a\n' }, 'id', undefined],
    ['an id that is no string', { id: 5 }, 'id', undefined],
  ])('refuses %s and creates nothing', async (_, wrong, path, message) => {
    const before = await api.get('/api/sessions')
    expect(await create(wrong)).toMatchObject(wrongField(path, message))
    expect(await api.get('/api/sessions')).toEqual(before)
  })

  it('refuses an env whose values are not strings', async () => {
    expect(await create({ env: { A: 1 } })).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
  })

  it('is refused in a project that does not exist', async () => {
    expect(await create({ projectId: 'proj_none' })).toMatchObject(
      refusal(404, 'PROJECT_NOT_FOUND', 'Project not found'),
    )
  })

  it('takes an id of 128 characters and a name of 200', async () => {
    const fields = { id: 'S'.repeat(128), name: 'n'.repeat(200) }
    expect(await create(fields)).toMatchObject({ status: 201, body: fields })
  })

  it('is refused with an id that is taken, and the first one stays as it was', async () => {
    const task = await api.task(project.id)
    const first = await api.session(project.id, [], { id: 'taken' })
    expect(await create({ id: 'taken', taskIds: [task.id] })).toMatchObject(
      refusal(409, 'CONFLICT', 'Session taken already exists'),
    )
    expect(await api.get('/api/sessions/taken')).toEqual(first)
    expect(await sessionIdsOf(task)).toEqual([])
  })

  it('gives an id to one of several clients that ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ id: 'contended' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
  })
})

describe('reading sessions', () => {
  it('answers SESSION_NOT_FOUND for one that is not there', async () => {
    expect(await api.request('GET', '/api/sessions/sess_none')).toMatchObject(notFound)
  })

  it('lets an agent look itself up, create itself, and the next time say that it runs', async () => {
    const path = '/api/sessions/agent-start'
    expect((await api.request('GET', path)).status).toBe(404)
    expect((await create({ id: 'agent-start', status: 'running' })).status).toBe(201)
    expect((await api.request('GET', path)).status).toBe(200)
    expect(await api.ok('PATCH', path, { status: 'running' })).toMatchObject({ status: 'working' })
  })
})

describe('filtering sessions', async () => {
  const home = await api.project()
  const task = await api.task(home.id)
  const statuses = ['idle', 'working', 'completed', 'failed', 'stopped', 'spawning']
  for (const status of statuses) await api.session(home.id, [task.id], { status, name: status })
  await api.session(home.id, [], { name: 'alone' })

  it.each([
    ['everything of a project, oldest first', '', [...statuses, 'alone']],
    ['a task', `&taskId=${task.id}`, statuses],
    ['a task that does not exist', '&taskId=task_none', []],
    ['a status', '&status=failed', ['failed']],
    ['the old word for working', '&status=running', ['working']],
    ['a status that does not exist', '&status=asleep', []],
    [
      'active ones: all but the completed',
      '&active=true',
      ['idle', 'working', 'failed', 'stopped', 'spawning', 'alone'],
    ],
    ['both a task and a status', `&taskId=${task.id}&status=idle`, ['idle']],
    ['the last first', '&order=newest', ['alone', ...statuses.toReversed()]],
    ['those of a task, the last first', `&taskId=${task.id}&order=newest`, statuses.toReversed()],
    ['a parameter that nobody knows: ignored', '&colour=red', [...statuses, 'alone']],
  ])('finds %s', async (_, query, names) => {
    const found = await api.get<Session[]>(`/api/sessions?projectId=${home.id}${query}`)
    expect(found.map(({ name }) => name)).toEqual(names)
  })

  it.each(['', '&active=true'])('goes on where a page ended, the last first%s', async (filter) => {
    const whole = await api.get<Session[]>(`/api/sessions?projectId=${home.id}${filter}&order=newest`)
    const path = `/api/sessions?projectId=${home.id}${filter}&order=newest&limit=2`
    const found: Session[] = []
    let cursor: string | null = ''
    do {
      const page: string = cursor && `&cursor=${cursor}`
      const { body, headers }: Answer<Session[]> = await api.request('GET', `${path}${page}`)
      expect(headers.get('x-total-count')).toBe(String(whole.length))
      found.push(...body)
      cursor = headers.get('x-next-cursor')
    } while (cursor !== null)
    expect(found).toEqual(whole)
  })

  it('finds nothing in a project that does not exist', async () => {
    expect(await api.get('/api/sessions?projectId=proj_none')).toEqual([])
  })
})

describe('deleting a session', () => {
  it('answers with its id, and it is gone, also from its tasks', async () => {
    const [one, two] = [await api.task(project.id), await api.task(project.id)]
    const other = await api.session(project.id, [one.id])
    const { id } = await api.session(project.id, [one.id, two.id])

    const { status, body } = await api.request('DELETE', `/api/sessions/${id}`)
    expect({ status, body }).toEqual({ status: 200, body: { success: true, id } })
    expect(await api.request('GET', `/api/sessions/${id}`)).toMatchObject(notFound)
    expect(await api.request('DELETE', `/api/sessions/${id}`)).toMatchObject(notFound)
    expect(await sessionIdsOf(one)).toEqual([other.id])
    expect(await sessionIdsOf(two)).toEqual([])
  })

  it('frees its id', async () => {
    await api.session(project.id, [], { id: 'again', name: 'first' })
    await api.ok('DELETE', '/api/sessions/again')
    expect(await create({ id: 'again', name: 'second' })).toMatchObject({
      status: 201,
      body: { name: 'second' },
    })
  })
})
