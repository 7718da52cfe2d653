// A server without any skills. What skills on disk do is in test/node/skills*.test.ts.
import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

describe('a server without skills', () => {
  it('lists none', async () => {
    for (const path of ['', '/role/worker', '/role/orchestrator'])
      expect(await api.request('GET', `/api/skills${path}`)).toMatchObject({ status: 200, body: [] })
  })

  it('has left none out', async () => {
    expect(await api.get('/health?verbose=1')).toMatchObject({ skills: [] })
  })

  it('spawns all the same when skills are named', async () => {
    const project = await api.project()
    const task = await api.task(project.id)
    const template = await api.ok<{ id: string }>('POST', '/api/templates', {
      name: 'Skills only',
      role: 'worker',
      content: '[{{SKILLS}}]',
    })
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [task.id],
      skills: ['not-there', '../../etc'],
      templateId: template.id,
    })
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({
      skills: ['not-there', '../../etc'],
      systemPrompt: '[]',
    })
  })
})

describe('a skill that is not there', () => {
  it.each([
    ['maestro-none', 'maestro-none'],
    ['__proto__', '__proto__'],
    ['.hidden', '.hidden'],
    ['a%20b', 'a b'],
    ['..%2f..%2fetc', '../../etc'],
    ['%2e%2e%5cetc', '..\\etc'],
    ['x%00', 'x\u0000'],
  ])('is not found, and named as it was asked for: %s', async (path, id) => {
    const notFound = refusal(404, 'NOT_FOUND', `Skill not found: ${id}`)
    expect(await api.request('GET', `/api/skills/${path}`)).toMatchObject(notFound)
    expect(await api.request('POST', `/api/skills/${path}/reload`)).toMatchObject(notFound)
  })
})

describe('a role that there is not', () => {
  it.each(['boss', 'Worker', 'all', '%20'])('is refused: %s', async (role) => {
    const answer = await api.request('GET', `/api/skills/role/${role}`)
    expect(answer).toMatchObject(wrongField('role', "Role must be 'worker' or 'orchestrator'"))
  })
})

describe('other methods', () => {
  it.each([
    ['POST', '/api/skills', 'GET'],
    ['DELETE', '/api/skills/role/worker', 'GET'],
    ['PUT', '/api/skills/maestro-cli', 'GET'],
    ['GET', '/api/skills/maestro-cli/reload', 'POST'],
  ])('are not allowed: %s %s', async (method, path, allowed) => {
    const answer = await api.request(method, path)
    expect(answer).toMatchObject(refusal(405, 'METHOD_NOT_ALLOWED'))
    expect(answer.headers.get('allow')).toBe(allowed)
  })
})
