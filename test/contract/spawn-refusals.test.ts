import { afterAll, describe, expect, it } from 'vitest'
import { client, refusal } from './http'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const task = await api.task(project.id)
const everything = async () => [
  await api.get('/api/projects'),
  await api.get('/api/tasks'),
  await api.get('/api/sessions'),
]
const good = { projectId: project.id, taskIds: [task.id] }

/** One wrong field each, in the order in which the contract checks them. */
const wrongs = [
  { field: { projectId: undefined }, ...refusal(400, 'missing_project_id', 'projectId is required') },
  { field: { taskIds: [] }, ...refusal(400, 'invalid_task_ids', 'taskIds must be a non-empty array') },
  {
    field: { spawnSource: 'cron' },
    ...refusal(400, 'invalid_spawn_source', 'spawnSource must be "ui" or "session"'),
  },
  {
    field: { spawnSource: 'session', sessionId: undefined },
    ...refusal(400, 'missing_session_id', 'sessionId is required when spawnSource is "session"'),
  },
  { field: { role: 'boss' }, ...refusal(400, 'invalid_role', 'role must be "worker" or "orchestrator"') },
  {
    field: { strategy: 'random' },
    ...refusal(400, 'invalid_strategy', 'strategy must be "simple", "queue", or "tree"'),
  },
  {
    field: { taskIds: [task.id, 'task_none'] },
    ...refusal(404, 'task_not_found', 'Task task_none not found', { taskId: 'task_none' }),
  },
  { field: { projectId: 'proj_none' }, ...refusal(404, 'project_not_found', 'Project proj_none not found') },
  {
    field: { spawnSource: 'session', sessionId: 'sess_none' },
    ...refusal(404, 'parent_session_not_found', 'Parent session sess_none not found'),
  },
]

describe('a spawn that is refused', () => {
  it.each(wrongs)('says why: $body.code', async ({ field, status, body }) => {
    const before = await everything()
    const answer = await api.request('POST', '/api/sessions/spawn', { ...good, ...field })
    expect(answer).toMatchObject({ status, body })
    expect(await everything()).toEqual(before)
  })

  it('is told of the first problem in the contract’s order when it has several', async () => {
    for (const [index, { status, body }] of wrongs.entries()) {
      // What comes later in the order is laid down first, so that an earlier field wins over a later one.
      const fields = Object.assign(
        {},
        ...wrongs
          .slice(index)
          .reverse()
          .map(({ field }) => field),
      )
      const answer = await api.request('POST', '/api/sessions/spawn', { ...good, ...fields })
      expect(answer).toMatchObject({ status, body: { code: body.code } })
    }
  })

  it.each([
    ['task ids that are no list', { taskIds: 'task_1' }, 'invalid_task_ids'],
    ['no task ids', { taskIds: undefined }, 'invalid_task_ids'],
    ['an empty projectId', { projectId: '' }, 'missing_project_id'],
    ['an empty sessionId', { spawnSource: 'session', sessionId: '' }, 'missing_session_id'],
    ['skills that are no list', { skills: 'maestro-cli' }, 'VALIDATION_ERROR'],
    ['context that is no object', { context: 'main' }, 'VALIDATION_ERROR'],
    ['context that is a list', { context: [] }, 'VALIDATION_ERROR'],
    ['a model of 101 characters', { model: 'm'.repeat(101) }, 'VALIDATION_ERROR'],
    ['a session name that is no string', { sessionName: 5 }, 'VALIDATION_ERROR'],
  ])('has the right code for %s', async (_, wrong, code) => {
    const before = await everything()
    const answer = await api.request('POST', '/api/sessions/spawn', { ...good, ...wrong })
    expect(answer).toMatchObject(refusal(400, code))
    expect(await everything()).toEqual(before)
  })

  it('is refused with a template that does not exist', async () => {
    const answer = await api.request('POST', '/api/sessions/spawn', { ...good, templateId: 'tmpl_none' })
    expect(answer).toMatchObject(refusal(404, 'NOT_FOUND', 'Template not found'))
    expect(await api.get('/api/sessions')).toEqual([])
  })

  it('asks for the project when there is no body at all', async () => {
    const expected = refusal(400, 'missing_project_id', 'projectId is required')
    expect(await api.request('POST', '/api/sessions/spawn')).toMatchObject(expected)
    expect(await api.request('POST', '/api/sessions/spawn', {})).toMatchObject(expected)
  })
})

describe('the manifest of a session', () => {
  it('is not found for one that was not spawned, nor for one that is not there', async () => {
    const session = await api.session(project.id)
    expect(await api.request('GET', `/api/sessions/${session.id}/manifest`)).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Manifest not found'),
    )
    expect(await api.request('GET', '/api/sessions/sess_none/manifest')).toMatchObject(
      refusal(404, 'SESSION_NOT_FOUND', 'Session not found'),
    )
  })
})

it('no request can make a session that a runner takes', async () => {
  const session = await api.session(project.id, [], { status: 'spawning', run: 1 })
  expect(session).not.toHaveProperty('run')
  expect(await api.ok('PATCH', `/api/sessions/${session.id}`, { run: 1 })).not.toHaveProperty('run')
})
