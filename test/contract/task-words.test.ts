// A task's words from elsewhere: another tracker's id, an agent's own name for its model, a review that is still to come.
import { afterAll, beforeEach, expect, it } from 'vitest'
import { client, type Project, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})

const create = (fields: object) =>
  api.request<Task & { code?: string; details?: unknown }>('POST', '/api/tasks', {
    projectId: project.id,
    title: 'from the tracker',
    ...fields,
  })

it('an import that is repeated makes no second task, and finds the first', async () => {
  const { status, body: first } = await create({ externalId: ' GH-17 ' })
  expect([status, first]).toMatchObject([201, { externalId: 'GH-17' }])
  expect(await create({ externalId: 'GH-17' })).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT', details: { taskId: first.id } },
  })
  expect(await api.get(`/api/tasks?projectId=${project.id}&externalId=GH-17`)).toEqual([first])
  const other = await create({ externalId: 'GH-18' })
  const path = `/api/tasks/${other.body.id}`
  expect(await api.request('PATCH', path, { externalId: 'GH-17' })).toMatchObject({ status: 409 })
  expect(await api.ok('PATCH', path, { externalId: 'GH-18', title: 'again' })).toMatchObject({
    title: 'again',
  })
  await api.ok('DELETE', `/api/tasks/${first.id}`)
  expect(await api.ok('PATCH', path, { externalId: 'GH-17' })).toMatchObject({ externalId: 'GH-17' })
  expect(await api.ok('PATCH', path, { externalId: null })).not.toHaveProperty('externalId')
})

it('each project has such ids of its own', async () => {
  await create({ externalId: '4' })
  project = await api.project()
  expect(await create({ externalId: '4' })).toMatchObject({ status: 201 })
})

it.each([
  ['a number', 17],
  ['blank', '  '],
  ['201 characters long', 'x'.repeat(201)],
])('an id that is %s is refused', async (_, externalId) => {
  expect(await create({ externalId })).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
})

it('a model is whatever its agent calls it', async () => {
  const { body: task } = await create({ model: 'qwen3-coder:30b' })
  expect(task).toMatchObject({ model: 'qwen3-coder:30b' })
  const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
    projectId: project.id,
    taskIds: [task.id],
  })
  expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({
    session: { model: 'qwen3-coder:30b' },
  })
})

it('a task that waits for a review is neither done nor begun anew', async () => {
  const { body: task } = await create({})
  const reviewed = await api.ok<Task>('PATCH', `/api/tasks/${task.id}`, { status: 'in_review' })
  expect(reviewed).toMatchObject({ status: 'in_review', completedAt: null })
  expect(await api.get(`/api/tasks?projectId=${project.id}&status=in_review`)).toEqual([reviewed])
})
