/** A project is not deleted under the work that is in it. */

import { describe, expect, it } from 'vitest'
import { createProject, deleteProject, updateProject } from '../../storage/rules/projects'
import { deleteSession } from '../../storage/rules/sessions'
import { deleteTask } from '../../storage/rules/tasks'
import { everything } from '../drivers/open'
import { start } from './start'

describe('a project', () => {
  it('works where it is told to, or else where the server was started', async () => {
    const { change } = await start()
    const make = (body: { name: string; workingDir?: string }) =>
      change((tx) => createProject(tx, body, '/started'))
    expect(await make({ name: 'a', workingDir: '/told' })).toMatchObject({ workingDir: '/told' })
    const project = await make({ name: 'b' })
    expect(project).toEqual({
      id: expect.stringMatching(/^proj_\d+_[0-9a-z]{9}$/),
      name: 'b',
      workingDir: '/started',
      createdAt: expect.any(Number),
      updatedAt: project.createdAt,
    })
  })

  it('keeps what an update does not name, and loses a description that is cleared', async () => {
    const { change, get, projectId } = await start()
    const { createdAt, updatedAt } = await get('projects', projectId)
    await change((tx) => updateProject(tx, projectId, { description: 'd' }))
    await change((tx) => updateProject(tx, projectId, { name: 'new' }))
    const changed = await get('projects', projectId)
    expect(changed).toMatchObject({ name: 'new', description: 'd', workingDir: '/', createdAt })
    expect(changed.updatedAt).toBeGreaterThan(updatedAt)
    await change((tx) => updateProject(tx, projectId, { description: null }))
    expect(await get('projects', projectId)).not.toHaveProperty('description')
  })

  it('is deleted when nothing refers to it any more, first tasks, then sessions', async () => {
    const { workspace, change, eventsOf, projectId, task, session } = await start()
    const tasks = [await task(), await task()]
    const { id } = await session([])
    const refused = (message: string) =>
      expect(change((tx) => deleteProject(tx, projectId))).rejects.toMatchObject({
        code: 'PROJECT_HAS_DEPENDENCIES',
        status: 400,
        message,
      })
    await refused('Cannot delete project with 2 existing task(s)')
    for (const one of tasks) await change((tx) => deleteTask(tx, one.id))
    await refused('Cannot delete project with 1 existing session(s)')
    await change((tx) => deleteSession(tx, id))
    expect(await eventsOf((tx) => deleteProject(tx, projectId))).toEqual([`project:deleted ${projectId}`])
    expect(await everything(workspace)).toEqual({})
  })

  it('that does not exist is said not to', async () => {
    const { change } = await start()
    const missing = { code: 'PROJECT_NOT_FOUND', status: 404, message: 'Project not found' }
    await expect(change((tx) => deleteProject(tx, 'none'))).rejects.toMatchObject(missing)
    await expect(change((tx) => updateProject(tx, 'none', {}))).rejects.toMatchObject(missing)
  })
})
