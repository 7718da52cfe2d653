/** What cannot be read for a while hangs together with the rest all the same: what happened meanwhile must not pass it by. */

import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { atOnce, type Steps } from '../../storage/others-turn'
import { endSession, stopSession } from '../../storage/rules/endings'
import { createProject, deleteProject, updateProject } from '../../storage/rules/projects'
import { createSession, deleteSession } from '../../storage/rules/sessions'
import { createTask, deleteTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import type { Workspace } from '../../storage/workspace'
import { afterCrash, openIn, temporaryDirectory } from './directory'
import { faults } from './faulty-disk'
import { machine } from './sample-data'

vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))
vi.mock('node:fs/promises', async (original) =>
  (await import('./faulty-disk')).withPromiseFaults(await original()),
)
afterEach(() => {
  faults.unreadable = () => undefined
  vi.useRealTimers()
})

const start = async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  return { directory, workspace, projectId }
}

describe('what cannot be read and', () => {
  it.each([
    ['failed', 'failed'],
    ['stopped', undefined],
    ['deleted', undefined],
  ])('is a task whose session %s meanwhile does not look busy for ever', async (how, says) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { workspace: first, directory, projectId } = await start()
    const [task, kept] = await first.change((tx) =>
      [1, 2].map(() => createTask(tx, { projectId, title: 't' })),
    )
    const taskIds = [task?.id ?? '', kept?.id ?? '']
    const queue = { projectId, taskIds, strategy: 'queue' as const }
    const sessionId = await first.change((tx) => atOnce(createSession(tx, queue, machine)).id)
    // It is worked on elsewhere, too, and so says what it said.
    await first.change((tx) => createSession(tx, { projectId, taskIds: taskIds.slice(1) }, machine))
    await first.flush()
    const crashed = afterCrash(directory)
    faults.unreadable = (path) => (taskIds.some((id) => path.includes(id)) ? 'EIO' : undefined)
    const { workspace } = await openIn(crashed)
    await workspace.change(function* (tx) {
      if (how === 'deleted') yield* deleteSession(tx, sessionId)
      else if (how === 'stopped') yield* stopSession(tx, sessionId)
      else yield* endSession(tx, sessionId, { cause: 'exited', exitCode: 3 })
    })
    await workspace.flush()
    faults.unreadable = () => undefined
    const restarted = await openIn(afterCrash(crashed))
    await vi.advanceTimersByTimeAsync(1000)
    const saysOf = (opened: Workspace, id = '') =>
      opened.read((documents) => documents.get('tasks', id)?.read().sessionStatus ?? null)
    await expect.poll(() => saysOf(workspace, kept?.id)).toBe('queued')
    for (const opened of [workspace, restarted.workspace]) {
      expect(await saysOf(opened, task?.id)).toBe(says ?? null)
      expect(await saysOf(opened, kept?.id)).toBe('queued')
    }
  })

  it('is below a task that is deleted meanwhile moves to the top, unless its parent cannot be read either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { workspace: first, directory, projectId } = await start()
    const make = (tx: Transaction, parentId?: string) =>
      createTask(tx, { projectId, title: 't', parentId }).id
    const [gone, hidden] = await first.change((tx) => [make(tx), make(tx)])
    const [child, other] = await first.change((tx) => [make(tx, gone), make(tx, hidden)])
    await first.close()
    const unreadable = [child, hidden, other]
    faults.unreadable = (path) => (unreadable.some((id = '') => path.includes(id)) ? 'EIO' : undefined)
    const { workspace } = await openIn(directory)
    await workspace.change((tx) => deleteTask(tx, gone ?? ''))
    faults.unreadable = (path) => (path.includes(hidden ?? '') ? 'EIO' : undefined)
    await vi.advanceTimersByTimeAsync(1000)
    const parentOf = (id = '') => workspace.read((documents) => documents.get('tasks', id)?.read().parentId)
    await expect.poll(() => parentOf(other)).toBe(hidden)
    expect(await parentOf(child)).toBe(null)
    await workspace.close()
  })

  it('hangs on an entity keeps that from being deleted: it would be left behind', async () => {
    const { directory, workspace: first, projectId } = await start()
    const alone = await first.change((tx) => createProject(tx, { name: 'alone' }, '/').id)
    const only = await first.change((tx) => createTask(tx, { projectId: alone, title: 'only' }).id)
    const queue = { projectId, taskIds: [], strategy: 'queue' as const }
    const queued = await first.change((tx) => atOnce(createSession(tx, queue, machine)).id)
    await first.close()
    const pathOf = (key: string) => join(directory, `${key.replaceAll(':', '/')}.json`)
    for (const [key, remove] of [
      [`tasks:${alone}:${only}`, (tx) => void deleteProject(tx, alone)],
      [`queues:${queued}`, (tx) => deleteSession(tx, queued)],
    ] satisfies [string, (tx: Transaction) => Steps | undefined][]) {
      faults.unreadable = (path) => (path === pathOf(key) ? 'EIO' : undefined)
      const { workspace } = await openIn(directory)
      await expect(workspace.change(remove)).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining(pathOf(key)),
      })
      await workspace.change((tx) => updateProject(tx, projectId, { name: 'goes on' }))
      await workspace.close()
    }
  })
})
