import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, wrongField } from './http'
import { startTarget } from './target'
import { type Template, templatesOf } from './templates'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { list, make, builtIn } = templatesOf(api)

const notFound = refusal(404, 'NOT_FOUND', 'Template not found')
const allThree = 'name, role, and content are required'
const KiB = 1024

describe('a server that has just started', () => {
  it('has a default template for each role, with the built-in text', async () => {
    expect(await list()).toEqual(
      await Promise.all(
        ['worker', 'orchestrator'].map(async (role) => ({
          id: expect.stringMatching(/^tmpl_\d{13}_[0-9a-z]{9}$/),
          name: role === 'worker' ? 'Default Worker' : 'Default Orchestrator',
          role,
          content: await builtIn(role),
          isDefault: true,
          createdAt: expect.any(Number),
          updatedAt: expect.any(Number),
        })),
      ),
    )
  })

  it('uses it for the role', async () => {
    for (const role of ['worker', 'orchestrator']) {
      const template = await api.get<Template>(`/api/templates/role/${role}`)
      expect(template).toMatchObject({ role, isDefault: true })
      expect(await api.get(`/api/templates/${template.id}`)).toEqual(template)
    }
  })

  it('gives the built-in text of a role, which is more than a line', async () => {
    for (const role of ['worker', 'orchestrator']) {
      const answer = await api.get<{ content: string }>(`/api/templates/default/${role}`)
      expect(answer).toEqual({ role, content: answer.content })
      expect(answer.content.length).toBeGreaterThan(1000)
      expect(answer.content).toContain('{{PROJECT_NAME}}')
    }
  })
})

describe('a role that there is not', () => {
  it.each(['role/boss', 'role/Worker', 'default/boss', 'role/%20', 'default/..%2f', 'role/constructor'])(
    'is refused: %s',
    async (path) => {
      const answer = await api.request('GET', `/api/templates/${path}`)
      expect(answer).toMatchObject(wrongField('role', 'Invalid role'))
    },
  )
})

describe('creating a template', () => {
  it('answers 201 with the whole template and nothing else', async () => {
    const before = Date.now()
    const sent = {
      name: ' Careful ',
      role: 'orchestrator',
      content: '  # Plan\n\n{{TASKS}}\n',
      isDefault: true,
    }
    const { status, body, headers } = await api.request<Template>('POST', '/api/templates', {
      ...sent,
      id: 'tmpl_mine',
      colour: 'red',
    })
    expect(status).toBe(201)
    expect(headers.get('etag')).toMatch(/^".+"$/)
    expect(body).toEqual({
      id: expect.stringMatching(/^tmpl_\d{13}_[0-9a-z]{9}$/),
      name: 'Careful',
      role: 'orchestrator',
      content: sent.content,
      isDefault: false,
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
    })
    expect(body.createdAt).toBeGreaterThanOrEqual(before)
    expect(await api.get(`/api/templates/${body.id}`)).toEqual(body)
    expect((await list()).at(-1)).toEqual(body)
  })

  const whole = { name: 'Careful', role: 'worker', content: 'Care.' }
  it.each([
    ['no body', undefined, ['name', 'role', 'content']],
    ['nothing', {}, ['name', 'role', 'content']],
    ['no name', { ...whole, name: undefined }, ['name']],
    ['a blank name', { ...whole, name: ' \t' }, ['name']],
    ['a name that is null', { ...whole, name: null }, ['name']],
    ['no role', { ...whole, role: undefined }, ['role']],
    ['an empty role', { ...whole, role: '' }, ['role']],
    ['a blank role', { ...whole, role: ' ' }, ['role']],
    ['no content', { ...whole, content: undefined }, ['content']],
    ['empty content', { ...whole, content: '' }, ['content']],
    ['blank content', { ...whole, content: ' \n\n' }, ['content']],
    ['a wrong role and no content', { ...whole, role: 'boss', content: null }, ['role', 'content']],
  ])('is refused with %s: all three are required', async (_, body, paths) => {
    const before = await list()
    const answer = await api.request('POST', '/api/templates', body)
    expect(answer).toMatchObject(refusal(400, 'VALIDATION_ERROR', allThree))
    expect(answer.body.details?.issues?.map(({ path }) => path)).toEqual(paths)
    for (const { path, message } of answer.body.details?.issues ?? [])
      expect([`${path} is required`, 'Invalid role']).toContain(message)
    expect(await list()).toEqual(before)
  })

  it.each([
    ['an unknown role', { role: 'boss' }, 'role', 'Invalid role'],
    ['a role in capitals', { role: 'WORKER' }, 'role', 'Invalid role'],
    ['a role that is no string', { role: 1 }, 'role', 'Invalid role'],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name', undefined],
    ['a name that is no string', { name: 5 }, 'name', undefined],
    ['content that is no string', { content: ['x'] }, 'content', undefined],
    ['content of 256 KiB and a byte', { content: 'c'.repeat(256 * KiB + 1) }, 'content', undefined],
    ['content that is as long in UTF-8 only', { content: 'é'.repeat(128 * KiB + 1) }, 'content', undefined],
  ])('is refused with %s', async (_, wrong, path, message) => {
    const before = await list()
    const answer = await api.request('POST', '/api/templates', { ...whole, ...wrong })
    expect(answer).toMatchObject(wrongField(path, message))
    expect(await list()).toEqual(before)
  })

  it('takes what is just within the limits', async () => {
    const sent = { name: 'n'.repeat(200), content: 'é'.repeat(128 * KiB) }
    expect(await make(sent)).toMatchObject(sent)
  })
})

describe('reading templates', () => {
  it('lists a page with its size and the way to the next', async () => {
    await make()
    const { body, headers } = await api.request<Template[]>('GET', '/api/templates?limit=1')
    const whole = await list()
    expect(body).toEqual(whole.slice(0, 1))
    expect(headers.get('x-total-count')).toBe(String(whole.length))
    const next = await api.get(`/api/templates?limit=1&cursor=${headers.get('x-next-cursor')}`)
    expect(next).toEqual(whole.slice(1, 2))
  })

  it('answers NOT_FOUND for one that is not there, and for the bare words of other paths', async () => {
    for (const id of ['tmpl_none', 'role', 'default', '__proto__', '..%2f..%2fcanary'])
      expect(await api.request('GET', `/api/templates/${id}`)).toMatchObject(notFound)
  })

  it('answers 304 to who has it', async () => {
    const { id } = await make()
    for (const path of [`/api/templates/${id}`, '/api/templates/role/worker']) {
      const { headers } = await api.request('GET', path)
      const again = await api.request('GET', path, undefined, { 'If-None-Match': headers.get('etag') ?? '' })
      expect(again).toMatchObject({ status: 304, body: undefined })
    }
  })
})

describe('other methods', () => {
  it.each([
    ['PATCH', '/api/templates', 'GET, POST'],
    ['PUT', '/api/templates/role/worker', 'GET'],
    ['DELETE', '/api/templates/default/worker', 'GET'],
    ['PATCH', '/api/templates/tmpl_none', 'GET, PUT, DELETE'],
    ['GET', '/api/templates/tmpl_none/reset', 'POST'],
  ])('are not allowed: %s %s', async (method, path, allowed) => {
    const answer = await api.request(method, path)
    expect(answer).toMatchObject(refusal(405, 'METHOD_NOT_ALLOWED'))
    expect(answer.headers.get('allow')).toBe(allowed)
  })
})
