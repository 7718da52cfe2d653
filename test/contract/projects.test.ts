import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, type Project, refusal, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const notFound = refusal(404, 'PROJECT_NOT_FOUND', 'Project not found')

describe('creating a project', () => {
  it('answers 201 with the whole project and nothing else', async () => {
    const before = Date.now()
    const sent = { name: 'app', workingDir: '/home/ada/app', description: 'The app' }
    const { status, body, headers } = await api.request<Project>('POST', '/api/projects', sent)

    expect(status).toBe(201)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(body).toEqual({ ...sent, id: body.id, createdAt: body.createdAt, updatedAt: body.createdAt })
    expect(body.id).toMatch(/^proj_\d{13}_[0-9a-z]{9}$/)
    expect(Number.isInteger(body.createdAt)).toBe(true)
    expect(body.createdAt).toBeGreaterThanOrEqual(before)
    expect(body.createdAt).toBeLessThanOrEqual(Date.now())
  })

  it('is stored: the project can be read back as it was answered', async () => {
    const project = await api.project({ description: 'x' })
    expect(await api.get(`/api/projects/${project.id}`)).toEqual(project)
  })

  it('leaves an absent description out, and fills in a working directory', async () => {
    const project = await api.project({ name: 'bare' })
    expect(Object.keys(project).sort()).toEqual(['createdAt', 'id', 'name', 'updatedAt', 'workingDir'])
    expect(project.workingDir).toMatch(/^\//)
  })

  it('takes a working directory that does not exist', async () => {
    const project = await api.project({ workingDir: '/no/such/directory/anywhere' })
    expect(project.workingDir).toBe('/no/such/directory/anywhere')
  })

  it('trims the name', async () => {
    expect((await api.project({ name: '  app\t\n' })).name).toBe('app')
  })

  it('takes a name of 200 characters, counted after trimming, and a description of 2,000', async () => {
    const name = 'n'.repeat(200)
    const description = 'd'.repeat(2000)
    expect(await api.project({ name: ` ${name} `, description })).toMatchObject({ name, description })
  })

  it('ignores fields that it does not know, and those that only the server may set', async () => {
    const sent = { name: 'app', workingDir: '/x', colour: 'red', id: 'proj_mine', createdAt: 1, updatedAt: 2 }
    const project = await api.project(sent)
    expect(Object.keys(project).sort()).toEqual(['createdAt', 'id', 'name', 'updatedAt', 'workingDir'])
    expect(project.id).not.toBe('proj_mine')
    expect(project.createdAt).toBeGreaterThan(1)
  })

  it('gives two projects of the same name two ids', async () => {
    const [one, two] = await Promise.all([api.project({ name: 'twin' }), api.project({ name: 'twin' })])
    expect(one.id).not.toBe(two.id)
  })

  it.each([
    ['no name', {}, 'name', 'name is required'],
    ['a blank name', { name: ' \t ' }, 'name', 'name is required'],
    ['an empty name', { name: '' }, 'name', 'name is required'],
    ['a name that is no string', { name: 7 }, 'name', undefined],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name', undefined],
    ['a description of 2,001', { name: 'a', description: 'd'.repeat(2001) }, 'description', undefined],
    ['a description that is no string', { name: 'a', description: {} }, 'description', undefined],
    ['a relative working directory', { name: 'a', workingDir: 'src/app' }, 'workingDir', undefined],
    ['a working directory that is no string', { name: 'a', workingDir: ['/x'] }, 'workingDir', undefined],
  ])('refuses %s and creates nothing', async (_, body, path, message) => {
    const before = await api.get<Project[]>('/api/projects')
    expect(await api.request('POST', '/api/projects', body)).toMatchObject(wrongField(path, message))
    expect(await api.get('/api/projects')).toEqual(before)
  })

  it('tells of all problems at once, and of the first in the message', async () => {
    const { status, body } = await api.request('POST', '/api/projects', { workingDir: 'x', description: 1 })
    expect(status).toBe(400)
    expect(body.details?.issues?.map(({ path }) => path).sort()).toEqual([
      'description',
      'name',
      'workingDir',
    ])
    expect(body.message).toBe(body.details?.issues?.[0]?.message)
  })
})

describe('reading projects', () => {
  it('lists them as a bare array, oldest first', async () => {
    const made = [await api.project(), await api.project(), await api.project()]
    const list = await api.get<Project[]>('/api/projects')
    expect(list.slice(-3)).toEqual(made)
    expect(list.map(({ createdAt }) => createdAt)).toEqual(
      list.map(({ createdAt }) => createdAt).sort((a, b) => a - b),
    )
  })

  it('answers PROJECT_NOT_FOUND for one that is not there', async () => {
    expect(await api.request('GET', '/api/projects/proj_none')).toMatchObject(notFound)
  })
})

describe('updating a project', () => {
  it('changes the fields that were sent and keeps the others', async () => {
    const project = await api.project({ description: 'old', workingDir: '/old' })
    await nextMillisecond()
    const { status, body } = await api.request<Project>('PUT', `/api/projects/${project.id}`, {
      name: ' new ',
    })
    expect(status).toBe(200)
    expect(body).toEqual({ ...project, name: 'new', updatedAt: body.updatedAt })
    expect(body.updatedAt).toBeGreaterThan(project.updatedAt)
    expect(await api.get(`/api/projects/${project.id}`)).toEqual(body)

    const rest = { workingDir: '/new', description: 'new' }
    expect(await api.ok('PUT', `/api/projects/${project.id}`, rest)).toMatchObject({ name: 'new', ...rest })
  })

  it('accepts an empty body, and none at all', async () => {
    const project = await api.project({ description: 'kept' })
    for (const body of [{}, undefined]) {
      const answer = await api.request<Project>('PUT', `/api/projects/${project.id}`, body)
      expect(answer).toMatchObject({ status: 200, body: { name: project.name, description: 'kept' } })
    }
  })

  it('ignores fields that it does not know or that never change', async () => {
    const project = await api.project()
    const sent = { id: 'proj_other', createdAt: 1, colour: 'red' }
    const updated = await api.ok<Project>('PUT', `/api/projects/${project.id}`, sent)
    expect(updated).toEqual({ ...project, updatedAt: updated.updatedAt })
  })

  it.each([
    ['a blank name', { name: '  ' }, 'name', 'name is required'],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name', undefined],
    ['a relative working directory', { workingDir: './here' }, 'workingDir', undefined],
    ['a description of 2,001 characters', { description: 'd'.repeat(2001) }, 'description', undefined],
  ])('refuses %s and changes nothing', async (_, wrong, path, message) => {
    const project = await api.project()
    const body = { name: 'new', ...wrong }
    expect(await api.request('PUT', `/api/projects/${project.id}`, body)).toMatchObject(
      wrongField(path, message),
    )
    expect(await api.get(`/api/projects/${project.id}`)).toEqual(project)
  })

  it('answers PROJECT_NOT_FOUND for one that is not there', async () => {
    expect(await api.request('PUT', '/api/projects/proj_none', { name: 'x' })).toMatchObject(notFound)
  })
})

describe('deleting a project', () => {
  it('answers with its id, and it is gone', async () => {
    const { id } = await api.project()
    const { status, body } = await api.request('DELETE', `/api/projects/${id}`)
    expect({ status, body }).toEqual({ status: 200, body: { success: true, id } })
    expect(await api.request('GET', `/api/projects/${id}`)).toMatchObject(notFound)
    expect(await api.request('DELETE', `/api/projects/${id}`)).toMatchObject(notFound)
    expect((await api.get<Project[]>('/api/projects')).map((project) => project.id)).not.toContain(id)
  })

  const inUse = (what: string) =>
    refusal(400, 'PROJECT_HAS_DEPENDENCIES', `Cannot delete project with ${what}`)

  it('is refused while tasks or sessions are in it, and says how many; tasks are counted first', async () => {
    const { id } = await api.project()
    const session = await api.session(id)
    const tasks = [await api.task(id), await api.task(id)]
    const path = `/api/projects/${id}`

    expect(await api.request('DELETE', path)).toMatchObject(inUse('2 existing task(s)'))
    for (const task of tasks) await api.ok('DELETE', `/api/tasks/${task.id}`)
    expect(await api.request('DELETE', path)).toMatchObject(inUse('1 existing session(s)'))
    expect(await api.get(path)).toMatchObject({ id })
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    expect(await api.request('DELETE', path)).toMatchObject({ status: 200 })
  })
})
