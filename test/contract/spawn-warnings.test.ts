// A person spawns a session beside another, or before its time, or without a skill, and is not told.
import { afterAll, beforeEach, expect, it } from 'vitest'
import { client, type Project } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})

it('a person is told at the spawn that another session works on the task', async () => {
  const task = await api.task(project.id)
  const spawn = () =>
    api.ok<{ sessionId: string; warnings?: string[] }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [task.id],
      worktree: true,
    })
  const first = await spawn()
  expect(first).not.toHaveProperty('warnings')
  const second = await spawn()
  expect(second.warnings).toEqual([expect.stringContaining(first.sessionId)])
  await api.ok('POST', `/api/sessions/${first.sessionId}/stop`)
  await api.ok('POST', `/api/sessions/${second.sessionId}/stop`)
  expect(await spawn()).not.toHaveProperty('warnings')
})

it('a person is told at the spawn of what the tasks wait for, and of a skill that is not there', async () => {
  const [first, second, done] = [
    await api.task(project.id),
    await api.task(project.id),
    await api.task(project.id),
  ]
  await api.ok('PATCH', `/api/tasks/${done.id}`, { status: 'completed' })
  await api.ok('PATCH', `/api/tasks/${second.id}`, { dependencies: [first.id, done.id] })
  const spawn = async (taskIds: unknown[], fields = {}) => {
    const body = { projectId: project.id, taskIds, worktree: true, ...fields }
    const { sessionId, warnings } = await api.ok<{ sessionId: string; warnings?: string[] }>(
      'POST',
      '/api/sessions/spawn',
      body,
    )
    await api.ok('POST', `/api/sessions/${sessionId}/stop`)
    return warnings
  }
  expect(await spawn([second.id])).toEqual([expect.stringMatching(`${second.id} waits for ${first.id}`)])
  expect(await spawn([first.id, second.id])).toBe(undefined)
  expect(await spawn([first.id], { skills: ['juggling'] })).toEqual(['There is no skill "juggling"'])
})
