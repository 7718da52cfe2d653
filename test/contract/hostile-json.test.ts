import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const task = await api.task(project.id)
const existing = await api.session(project.id)
const create = (rest: string) =>
  api.request<Session>('POST', '/api/sessions', `{"projectId":"${project.id}","taskIds":[],${rest}}`)

/** Whatever was sent: the server answers, a new entity is like any other, and every list can be read. */
afterEach(async () => {
  const fresh = await api.project({ name: 'after', description: 'x' })
  const fields = ['createdAt', 'description', 'id', 'name', 'updatedAt', 'workingDir']
  expect(Object.keys(fresh).sort()).toEqual(fields)
  expect(fresh).not.toHaveProperty('polluted')
  for (const path of ['/api/projects', '/api/tasks', '/api/sessions']) await api.get(path)
})

/** Either it was refused as the client's fault, or what was answered is what is kept. */
const refusedOrKept = async ({ status, body }: { status: number; body: Session }) => {
  if (status === 400 || status === 413 || status === 422) return
  expect([200, 201]).toContain(status)
  expect(await api.get(`/api/sessions/${body.id}`)).toEqual(body)
}

describe('a body that reaches for prototypes', () => {
  it.each(['{"polluted":1}', 'null', '"x"'])('spoils nothing as an unknown field: %s', async (value) => {
    const text = `{"name":"x","workingDir":"/x","__proto__":${value},"constructor":{"prototype":${value}}}`
    const { status, body } = await api.request<Project>('POST', '/api/projects', text)
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual(['createdAt', 'id', 'name', 'updatedAt', 'workingDir'])
  })

  it.each(['metadata', 'env'])('spoils nothing in %s', async (field) => {
    await refusedOrKept(await create(`"${field}":{"__proto__":"p","constructor":"c","toString":"t"}`))
    await refusedOrKept(await create(`"${field}":{"__proto__":{"polluted":1}}`))
  })

  it('spoils nothing when metadata is merged', async () => {
    const text =
      '{"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"own":1}}'
    await refusedOrKept(await api.request<Session>('PATCH', `/api/sessions/${existing.id}`, text))
    expect((await api.session(project.id, [], { metadata: {} })).metadata).toEqual({})
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'finds nothing under the id %s',
    async (id) => {
      for (const path of [`/api/projects/${id}`, `/api/tasks/${id}`, `/api/sessions/${id}`]) {
        expect((await api.request('GET', path)).status).toBe(404)
      }
      expect((await api.request('POST', '/api/tasks', { projectId: id, title: 'x' })).status).toBe(404)
      expect(await api.get(`/api/tasks?projectId=${id}&status=${id}`)).toEqual([])
    },
  )

  it.each(['__proto__', 'constructor'])('may at most have a session called %s', async (id) => {
    await refusedOrKept(await create(`"id":"${id}"`))
  })
})

describe('a body that is deeply nested', () => {
  it.each([
    ['lists', '['.repeat(200_000), ']'.repeat(200_000)],
    ['objects', '{"a":'.repeat(100_000), `1${'}'.repeat(100_000)}`],
  ])('is refused or kept, and the server lives: %s', async (_, opening, closing) => {
    const nested = `${opening}${closing}`
    await refusedOrKept(await create(`"metadata":{"deep":${nested}}`))
    await refusedOrKept(await create(`"colour":${nested}`))
    await refusedOrKept(
      await api.request<Session>(
        'POST',
        `/api/sessions/${existing.id}/events`,
        `{"type":"x","data":${nested}}`,
      ),
    )
    const spawn = `{"projectId":"${project.id}","taskIds":["${task.id}"],"context":{"deep":${nested}}}`
    expect((await api.request('POST', '/api/sessions/spawn', spawn)).status).toBeLessThan(500)
  })

  it('is kept when a person could have written it', async () => {
    const nested = `${'['.repeat(50)}${']'.repeat(50)}`
    expect((await create(`"metadata":{"deep":${nested}}`)).status).toBe(201)
  })
})

describe('text and numbers at the edge', () => {
  it.each(['\\ud800', '\\udc00\\ud800', 'x\\udfff', '\\u0000', '\\ufffe'])(
    'are refused or kept: the text %s',
    async (text) => {
      await refusedOrKept(await create(`"name":"a${text}z","metadata":{"${text}":"${text}"}`))
      await refusedOrKept(
        await api.request<Session>('POST', `/api/sessions/${existing.id}/timeline`, `{"message":"a${text}"}`),
      )
    },
  )

  it.each(['1e400', '-1e400', '123456789012345678901234567890', '1e-400', '-0'])(
    'are refused or kept: the number %s',
    async (number) => {
      await refusedOrKept(await create(`"metadata":{"n":${number}}`))
      await refusedOrKept(
        await api.request<Session>(
          'POST',
          `/api/sessions/${existing.id}/events`,
          `{"type":"x","data":${number}}`,
        ),
      )
    },
  )

  it.each(['1e400', '-1e400', '1.5'])('are refused as a time: %s', async (number) => {
    const text = `{"events":[{"type":"x","timestamp":${number}}]}`
    expect((await api.request('PATCH', `/api/sessions/${existing.id}`, text)).status).toBe(400)
  })

  it('are refused or replaced: bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"name":"a'),
      Buffer.from([0xff, 0xc0, 0xaf]),
      Buffer.from('"}'),
    ])
    const { status, body } = await api.request<Project>('POST', '/api/projects', bytes)
    if (status === 400) return
    expect(status).toBe(201)
    expect(await api.get(`/api/projects/${body.id}`)).toEqual(body)
  })

  it('name the last of two fields of the same name', async () => {
    const { status, body } = await api.request<Project>(
      'POST',
      '/api/projects',
      '{"name":"one","name":"two"}',
    )
    expect({ status, name: body.name }).toEqual({ status: 201, name: 'two' })
  })

  it('take a list of ten thousand ids without a stumble', async () => {
    const taskIds = Array.from({ length: 10_000 }, (_, n) => `task_${n}`)
    const { status, body } = await api.request<Session>('POST', '/api/sessions', {
      projectId: project.id,
      taskIds,
    })
    await refusedOrKept({ status, body })
  })
})
