import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, refusal, wrongField } from './http'
import { sharedTarget } from './target'
import { type Template, templatesOf } from './templates'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { list, make, builtIn } = templatesOf(api)

const notFound = refusal(404, 'NOT_FOUND', 'Template not found')
const KiB = 1024

describe('updating a template', () => {
  it('changes what was sent, keeps the rest, and makes it the one that its role uses', async () => {
    const template = await make()
    await make({ name: 'newer' })
    await nextMillisecond()
    const { status, body } = await api.request<Template>('PUT', `/api/templates/${template.id}`, {
      name: ' Bold ',
    })
    expect(status).toBe(200)
    expect(body).toEqual({ ...template, name: 'Bold', updatedAt: body.updatedAt })
    expect(body.updatedAt).toBeGreaterThan(template.updatedAt)
    expect(await api.get(`/api/templates/${template.id}`)).toEqual(body)
    expect(await api.get('/api/templates/role/worker')).toEqual(body)

    const content = '{{TASKS}} and {{WHATEVER}}'
    expect(await api.ok('PUT', `/api/templates/${template.id}`, { content })).toMatchObject({
      name: 'Bold',
      content,
    })
  })

  it('never changes the role, whatever it says', async () => {
    const template = await make()
    const sent = { role: 'orchestrator', isDefault: true, id: 'tmpl_other', createdAt: 1, colour: 'red' }
    const body = await api.ok<Template>('PUT', `/api/templates/${template.id}`, sent)
    expect(body).toEqual({ ...template, updatedAt: body.updatedAt })
  })

  it('works on a default template, which stays one', async () => {
    const [template] = await list()
    const body = await api.ok('PUT', `/api/templates/${template?.id}`, { name: 'Our default' })
    expect(body).toMatchObject({ name: 'Our default', isDefault: true, content: template?.content })
  })

  it.each([
    ['a blank name', { name: '  ' }, 'name', 'name is required'],
    ['a name that is null', { name: null }, 'name', 'name is required'],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, 'name', undefined],
    ['blank content', { content: '\n' }, 'content', 'content is required'],
    ['content that is null', { content: null }, 'content', 'content is required'],
    ['content of 256 KiB and a byte', { content: 'c'.repeat(256 * KiB + 1) }, 'content', undefined],
  ])('refuses %s and changes nothing', async (_, wrong, path, message) => {
    const template = await make()
    const body = { name: 'new', content: 'new', ...wrong }
    const answer = await api.request('PUT', `/api/templates/${template.id}`, body)
    expect(answer).toMatchObject(wrongField(path, message))
    expect(await api.get(`/api/templates/${template.id}`)).toEqual(template)
  })
})

describe('resetting a template', () => {
  it('brings the built-in text of its role back, and it keeps its name', async () => {
    for (const role of ['worker', 'orchestrator']) {
      const template = await make({ role })
      await nextMillisecond()
      const { status, body } = await api.request<Template>('POST', `/api/templates/${template.id}/reset`)
      expect(status).toBe(200)
      expect(body).toEqual({ ...template, content: await builtIn(role), updatedAt: body.updatedAt })
      expect(body.updatedAt).toBeGreaterThan(template.updatedAt)
    }
  })
})

describe('a template that is not there', () => {
  it.each([
    ['PUT', '', { name: 'x' }],
    ['POST', '/reset', undefined],
    ['DELETE', '', undefined],
  ])('is not found: %s %s', async (method, path, body) => {
    const answer = await api.request(method, `/api/templates/tmpl_none${path}`, body)
    expect(answer).toMatchObject(notFound)
  })
})

describe('a change under If-Match', () => {
  it.each([
    ['PUT', '', { name: 'mine' }],
    ['POST', '/reset', undefined],
    ['DELETE', '', undefined],
  ])('does not overwrite what somebody else wrote: %s %s', async (method, path, body) => {
    const { id } = await make()
    const url = `/api/templates/${id}`
    const old = (await api.request('GET', url)).headers.get('etag') ?? ''
    const theirs = await api.request<Template>('PUT', url, { content: 'theirs' })
    const present = theirs.headers.get('etag') ?? ''

    const answer = await api.request(method, url + path, body, { 'If-Match': old })
    expect(answer).toMatchObject(refusal(412, 'PRECONDITION_FAILED', undefined, { etag: present }))
    expect(await api.get(url)).toEqual(theirs.body)
    expect(await api.request(method, url + path, body, { 'If-Match': present })).toMatchObject({
      status: 200,
    })
  })
})

describe('deleting a template', () => {
  it('answers with its id, and it is gone', async () => {
    const { id } = await make()
    const { status, body } = await api.request('DELETE', `/api/templates/${id}`)
    expect({ status, body }).toEqual({ status: 200, body: { success: true, id } })
    expect(await api.request('GET', `/api/templates/${id}`)).toMatchObject(notFound)
    expect(await api.request('DELETE', `/api/templates/${id}`)).toMatchObject(notFound)
  })
})

describe('a role whose templates are all deleted', () => {
  it('has none to give; the built-in text is still there, and spawning goes on with it', async () => {
    for (const { id, role } of await list())
      if (role === 'orchestrator') await api.ok('DELETE', `/api/templates/${id}`)
    expect(await api.request('GET', '/api/templates/role/orchestrator')).toMatchObject(notFound)
    const text = await builtIn('orchestrator')

    const project = await api.project()
    const task = await api.task(project.id)
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [task.id],
      role: 'orchestrator',
    })
    const manifest = await api.get<{ systemPrompt: string }>(`/api/sessions/${sessionId}/manifest`)
    expect(manifest).not.toHaveProperty('templateId')
    const beforeFirstPlaceholder = text.slice(0, text.indexOf('{{'))
    expect(beforeFirstPlaceholder).not.toBe('')
    expect(manifest.systemPrompt.startsWith(beforeFirstPlaceholder)).toBe(true)
  })
})
