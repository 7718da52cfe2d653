/** One path that does not take its document must not stop the work of anybody else. */

import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { createProject, updateProject } from '../../storage/rules/projects'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import { afterCrash, openIn, temporaryDirectory } from './directory'
import { everything } from './open'

const start = async () => {
  const directory = temporaryDirectory()
  const opened = await openIn(directory)
  const { workspace } = opened
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  const create = (title: string) => workspace.change((tx) => createTask(tx, { projectId, title }).id)
  const [taskId, otherId] = [await create('first'), await create('other')]
  await workspace.flush()
  const rename = (id: string, title: string) => workspace.change((tx) => updateTask(tx, id, { title }))
  const pathOf = (id: string) => join(directory, 'tasks', projectId, `${id}.json`)
  const titleIn = (id: string) => parseTrusted<{ title: string }>(readFileSync(pathOf(id), 'utf8')).title
  return { ...opened, directory, projectId, taskId, otherId, rename, pathOf, titleIn }
}

describe('a folder where the file of a task was', () => {
  it('refuses that task alone, by its path, until it is gone; nothing acknowledged is lost', async () => {
    const { workspace, directory, taskId, otherId, rename, pathOf, titleIn, logged } = await start()
    rmSync(pathOf(taskId))
    mkdirSync(pathOf(taskId))
    await rename(taskId, 'acknowledged')
    await workspace.flush()
    const refusal = { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining(pathOf(taskId)) }
    const attempts = await Promise.allSettled([
      rename(otherId, 'goes on'),
      rename(taskId, 'refused'),
      workspace.change((tx) => createProject(tx, { name: 'goes on, too' }, '/')),
      workspace.change((tx) => deleteTask(tx, taskId)),
    ])
    expect(attempts).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: refusal },
      { status: 'fulfilled' },
      { status: 'rejected', reason: refusal },
    ])
    await workspace.flush()
    expect(titleIn(otherId)).toBe('goes on')
    expect(workspace.status().problems).toEqual([
      { file: pathOf(taskId).slice(directory.length + 1), reason: expect.stringContaining('written') },
    ])
    expect(logged).toHaveLength(1)
    const crashed = await openIn(afterCrash(directory))
    expect(await everything(crashed.workspace)).toEqual(await everything(workspace))

    rmdirSync(pathOf(taskId))
    await workspace.flush()
    expect(titleIn(taskId)).toBe('acknowledged')
    expect(workspace.status().problems).toEqual([])
    await rename(taskId, 'again')
  })

  it('where nothing more is to be changed lets the server end, and the next one has it all', async () => {
    const { workspace, directory, projectId, taskId, rename, pathOf } = await start()
    rmSync(pathOf(taskId))
    mkdirSync(pathOf(taskId))
    await rename(taskId, 'acknowledged')
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'goes on' }))
    const before = await everything(workspace)
    await workspace.close()
    expect(await everything((await openIn(directory)).workspace)).toEqual(before)
  })
})

describe('a file where the folder of a project was', () => {
  it('refuses the tasks of that project alone', async () => {
    const { workspace, directory, projectId, taskId, rename, titleIn } = await start()
    const folder = join(directory, 'tasks', projectId)
    renameSync(folder, `${folder}.away`)
    writeFileSync(folder, 'in the way')
    await rename(taskId, 'acknowledged')
    await workspace.flush()
    await expect(rename(taskId, 'refused')).rejects.toMatchObject({
      message: expect.stringContaining(folder),
    })
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'goes on' }))
    rmSync(folder)
    renameSync(`${folder}.away`, folder)
    await workspace.flush()
    expect(titleIn(taskId)).toBe('acknowledged')
  })
})
