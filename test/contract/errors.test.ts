import { afterAll, describe, expect, it } from 'vitest'
import { client, type Project, refusal } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const task = await api.task(project.id)
const session = await api.session(project.id, [task.id])
const invalid = refusal(400, 'VALIDATION_ERROR')
const mebibyte = 1_048_576

describe('a path that does not exist', () => {
  it.each([
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['POST', '/api/nothing'],
    ['GET', '/api/projects/a/b'],
    ['DELETE', '/api/tasks/a/sessions'],
    ['GET', '/API/projects'],
    ['GET', '/index.html'],
    ['GET', '/favicon.ico'],
  ])('is NOT_FOUND and named: %s %s', async (method, path) => {
    expect(await api.request(method, path)).toMatchObject(
      refusal(404, 'NOT_FOUND', `Not found: ${method} ${path}`),
    )
  })

  it.each(['/api/projects/%', '/api/projects/%ff', '/api/tasks/%zz/children', '/api/sessions/%00'])(
    'is a JSON error when its escapes make no sense: %s',
    async (path) => {
      const { status, body } = await api.request('GET', path)
      expect([400, 404]).toContain(status)
      expect(body).toMatchObject({ error: true })
    },
  )

  it('is a JSON error when an id is absurdly long', async () => {
    expect((await api.request('GET', `/api/tasks/${'x'.repeat(5000)}`)).status).toBe(404)
  })
})

describe('what is not there', () => {
  it.each([
    ['GET', '/api/projects/no_1', 'PROJECT_NOT_FOUND', { projectId: 'no_1' }],
    ['PUT', '/api/projects/no_1', 'PROJECT_NOT_FOUND', { projectId: 'no_1' }],
    ['GET', '/api/tasks/no_2', 'TASK_NOT_FOUND', { taskId: 'no_2' }],
    ['DELETE', '/api/tasks/no_2', 'TASK_NOT_FOUND', { taskId: 'no_2' }],
    ['GET', '/api/sessions/no_3', 'SESSION_NOT_FOUND', { sessionId: 'no_3' }],
    ['POST', '/api/sessions/no_3/stop', 'NOT_FOUND', { sessionId: 'no_3' }],
    ['GET', '/api/sessions/no_3/queue', 'NOT_FOUND', { sessionId: 'no_3' }],
    ['GET', '/api/templates/no_4', 'NOT_FOUND', { templateId: 'no_4' }],
  ])('is named by its id: %s %s', async (method, path, code, details) => {
    const message = expect.stringMatching(/^\w+ not found$/)
    expect(await api.request(method, path)).toMatchObject(refusal(404, code, message, details))
  })
})

describe('a method that a path does not have', () => {
  it.each([
    ['/api/projects', 'GET POST'],
    [`/api/projects/${project.id}`, 'GET PUT DELETE'],
    ['/api/tasks', 'GET POST'],
    [`/api/tasks/${task.id}`, 'GET PATCH DELETE'],
    [`/api/tasks/${task.id}/children`, 'GET'],
    [`/api/tasks/${task.id}/timeline`, 'POST'],
    ['/api/sessions', 'GET POST'],
    [`/api/sessions/${session.id}`, 'GET PATCH DELETE'],
    [`/api/sessions/${session.id}/events`, 'GET POST'],
    [`/api/sessions/${session.id}/timeline`, 'GET POST'],
    [`/api/sessions/${session.id}/tasks/${task.id}`, 'POST DELETE'],
    [`/api/sessions/${session.id}/manifest`, 'GET'],
    ['/api/sessions/spawn', 'POST'],
    ['/health', 'GET'],
    ['/ws-status', 'GET'],
  ])('is METHOD_NOT_ALLOWED, and Allow names those that it has: %s', async (path, methods) => {
    const allowed = methods.split(' ')
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !allowed.includes(one))) {
      const { status, body, headers } = await api.request(method, path)
      expect({ status, body }).toMatchObject(refusal(405, 'METHOD_NOT_ALLOWED'))
      const listed = (headers.get('allow') ?? '').split(/,\s*/)
      expect(listed.filter((one) => one !== 'HEAD' && one !== 'OPTIONS').sort()).toEqual(allowed.sort())
    }
  })
})

describe('a body', () => {
  const create = (body: string | Uint8Array, headers?: Record<string, string>) =>
    api.request<Project>('POST', '/api/projects', body, headers)

  it.each([
    ['nothing', ''],
    ['no JSON', 'name=x'],
    ['half a document', '{"name":"x"'],
    ['two documents', '{"name":"x"}{"name":"y"}'],
    ['a list', '[{"name":"x"}]'],
    ['a string', '"name"'],
    ['a number', '5'],
    ['null', 'null'],
    ['true', 'true'],
  ])('that is %s is a VALIDATION_ERROR', async (_, body) => {
    expect(await create(body)).toMatchObject(invalid)
  })

  it('that is no JSON object is refused even where none is needed', async () => {
    for (const body of ['[]', '{', '5']) {
      expect(await api.request('PUT', `/api/projects/${project.id}`, body)).toMatchObject(invalid)
      expect(await api.request('PATCH', `/api/tasks/${task.id}`, body)).toMatchObject(invalid)
    }
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'text/html; charset=latin1', 'nonsense'])(
    'that is a JSON object is accepted, whatever its Content-Type says: %s',
    async (type) => {
      expect(await create('{"name":"x"}', { 'content-type': type })).toMatchObject({ status: 201 })
    },
  )

  it('without a Content-Type is accepted', async () => {
    expect(await create(new TextEncoder().encode('{"name":"bytes"}'), { 'content-type': '' })).toMatchObject({
      status: 201,
      body: { name: 'bytes' },
    })
  })

  it('keeps every character of UTF-8', async () => {
    const name = 'Ünïcödé 日本語 🎼 \u2028 "\\'
    const { body } = await create(JSON.stringify({ name }))
    expect(await api.get(`/api/projects/${body.id}`)).toMatchObject({ name })
  })

  it('over 1 MiB is PAYLOAD_TOO_LARGE; one of exactly 1 MiB is read', async () => {
    const shell = JSON.stringify({ name: 'x', padding: '' }).length
    const sized = (bytes: number) => JSON.stringify({ name: 'x', padding: 'p'.repeat(bytes - shell) })
    expect(await create(sized(mebibyte + 1))).toMatchObject(refusal(413, 'PAYLOAD_TOO_LARGE'))
    expect(await create(sized(mebibyte))).toMatchObject({ status: 201 })
  })
})

describe('what is checked first', () => {
  const huge = '['.repeat(mebibyte + 1)

  it.each([
    ['the path before the size', 'POST', '/api/nothing', huge, refusal(404, 'NOT_FOUND')],
    ['the method before the size', 'PUT', '/api/tasks', huge, refusal(405, 'METHOD_NOT_ALLOWED')],
    ['the path before the body', 'POST', '/api/nothing', '{', refusal(404, 'NOT_FOUND')],
    ['the method before the body', 'PUT', '/api/tasks', '{', refusal(405, 'METHOD_NOT_ALLOWED')],
    ['the size before the body', 'POST', '/api/tasks', huge, refusal(413, 'PAYLOAD_TOO_LARGE')],
    ['the body before what it names', 'PATCH', '/api/tasks/task_none', '{"title":""}', invalid],
    ['the body before what it names, too', 'POST', '/api/sessions/sess_none/timeline', '{}', invalid],
  ])('%s', async (_, method, path, body, expected) => {
    expect(await api.request(method, path, body)).toMatchObject(expected)
  })
})

describe('an error', () => {
  it('has exactly the fields of the contract, and no stack', async () => {
    const failed = [
      await api.request('GET', '/api/projects/proj_none'),
      await api.request('POST', '/api/tasks', {}),
      await api.request('POST', '/api/tasks', '{'),
      await api.request('GET', '/api/nothing'),
      await api.request('PUT', '/api/tasks'),
      await api.request('POST', '/api/sessions/spawn', {}),
    ]
    for (const { body, headers } of failed) {
      expect(headers.get('content-type')).toMatch(/^application\/json/)
      expect(Object.keys({ details: {}, ...body }).sort()).toEqual(['code', 'details', 'error', 'message'])
      expect(body.message).not.toBe('')
      expect(JSON.stringify(body)).not.toMatch(/\bat .*\.(js|ts)|node_modules/)
    }
  })

  it('never repeats what was sent', async () => {
    const body = { projectId: project.id, title: 5, description: 'hunter2-hunter2' }
    expect(JSON.stringify((await api.request('POST', '/api/tasks', body)).body)).not.toContain('hunter2')
  })
})
