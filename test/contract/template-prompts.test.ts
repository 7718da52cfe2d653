import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal } from './http'
import { sharedTarget } from './target'

interface Template {
  id: string
  name: string
}

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const make = (fields: object = {}) =>
  api.ok<Template>('POST', '/api/templates', { name: 'Careful', role: 'worker', content: 'Care.', ...fields })

describe('the prompt of a spawned session', () => {
  interface Manifest {
    templateId?: string
    systemPrompt: string
  }

  const spawn = async (fields: object = {}): Promise<Manifest> => {
    const project = await api.project({ name: 'shop', workingDir: '/work/shop' })
    const task = await api.task(project.id, {
      title: 'Sell',
      description: 'More.',
      acceptanceCriteria: ['Sold'],
    })
    const sent = { projectId: project.id, taskIds: [task.id], ...fields }
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', sent)
    return api.get<Manifest>(`/api/sessions/${sessionId}/manifest`)
  }

  it('comes from the custom template of its role that was updated last', async () => {
    const older = await make({ content: 'older' })
    const newer = await make({ content: 'newer' })
    expect(await spawn()).toMatchObject({ templateId: newer.id, systemPrompt: 'newer' })
    await api.ok('PUT', `/api/templates/${older.id}`, { content: 'changed' })
    expect(await spawn()).toMatchObject({ templateId: older.id, systemPrompt: 'changed' })
    expect((await spawn({ role: 'orchestrator' })).templateId).not.toBe(older.id)
  })

  it('comes from the template that the spawn names', async () => {
    const named = await make({ content: 'named' })
    await make({ content: 'newer' })
    expect(await spawn({ templateId: named.id })).toMatchObject({
      templateId: named.id,
      systemPrompt: 'named',
    })
  })

  it('has its placeholders replaced, and keeps those that nobody knows', async () => {
    const content = '{{PROJECT_NAME}} {{PROJECT_DIR}} {{TASK_COUNT}} {{STRATEGY}} {{ROLE}} {{OTHER}} {{ROLE'
    const { id } = await make({ content })
    const { systemPrompt } = await spawn({ templateId: id, strategy: 'tree' })
    expect(systemPrompt).toBe('shop /work/shop 1 tree worker {{OTHER}} {{ROLE')
  })

  it('lists the tasks with their ids, descriptions and criteria', async () => {
    const { id } = await make({ content: 'Tasks:\n{{TASKS}}' })
    const { systemPrompt } = await spawn({ templateId: id })
    for (const part of [/Sell/, /task_\d{13}_/, /More\./, /Sold/]) expect(systemPrompt).toMatch(part)
  })

  it('does not come to be when the named template is not there, or is of the other role', async () => {
    const project = await api.project()
    const task = await api.task(project.id)
    const { id } = await make({ role: 'orchestrator' })
    const before = await api.get('/api/sessions')
    const sent = { projectId: project.id, taskIds: [task.id] }
    const path = '/api/sessions/spawn'
    expect(await api.request('POST', path, { ...sent, templateId: 'tmpl_none' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Template not found'),
    )
    expect(await api.request('POST', path, { ...sent, templateId: id })).toMatchObject(
      refusal(400, 'VALIDATION_ERROR'),
    )
    expect(await api.get('/api/sessions')).toEqual(before)
  })
})
