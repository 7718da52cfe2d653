/** Over a driver that stores one document at a time, a failure must not leave half a change, here or there. */

import fc from 'fast-check'
import type { Driver } from 'unstorage'
import memory from 'unstorage/drivers/memory'
import { describe, expect, it } from 'vitest'
import { createProject, updateProject } from '../../storage/rules/projects'
import { createTask, deleteTask } from '../../storage/rules/tasks'
import { everything, open } from '../drivers/open'
import { scaled } from '../random'

/** The stock memory driver. While `refuses` says so of a key and a text (null: to remove it), writing fails. */
const failing = () => {
  const stored = memory()
  const plan: { refuses: (key: string, text: string | null) => boolean } = { refuses: () => false }
  const check = (key: string, text: string | null) => {
    if (plan.refuses(key, text)) throw new Error('no room')
  }
  const driver: Driver = {
    ...stored,
    name: 'failing-memory',
    setItemRaw(key, value, options) {
      check(key, value)
      return stored.setItemRaw?.(key, value, options)
    },
    removeItem(key, options) {
      check(key, null)
      return stored.removeItem?.(key, options)
    },
  }
  const contents = async () => {
    const found: Record<string, unknown> = {}
    for (const key of await stored.getKeys('', {})) found[key] = JSON.parse(String(stored.getItem(key)))
    return found
  }
  return { driver, plan, contents }
}

const start = async () => {
  const disk = failing()
  const { workspace, published } = await open(disk.driver)
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  const task = (title: string) => workspace.change((tx) => createTask(tx, { projectId, title }).id)
  return { ...disk, workspace, published, projectId, task }
}

describe('a change of several documents', () => {
  it('leaves none of them when one cannot be stored', async () => {
    const { workspace, plan, contents, projectId, task } = await start()
    const parentId = await task('parent')
    await workspace.change((tx) => createTask(tx, { projectId, title: 'child', parentId }))
    const before = await contents()
    plan.refuses = (_, text) => text === null
    await expect(workspace.change((tx) => deleteTask(tx, parentId))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    expect(await contents()).toEqual(before)
    expect(await everything(workspace)).toEqual(before)
  })

  it('is taken back when the storage works again, if that failed too', async () => {
    const { workspace, plan, contents, projectId, task } = await start()
    const id = await task('a task')
    const before = await contents()
    let writes = 0
    plan.refuses = () => ++writes > 1
    const both = workspace.change(function* (tx) {
      updateProject(tx, projectId, { name: 'renamed' })
      yield* deleteTask(tx, id)
    })
    await expect(both).rejects.toMatchObject({ message: expect.stringContaining('no room') })
    expect(await everything(workspace)).toEqual(before)
    expect(await contents()).not.toEqual(before)

    plan.refuses = () => false
    await task('another')
    expect(await contents()).toMatchObject(before)
    expect(await everything(workspace)).toEqual(await contents())
  })
})

describe('changes that come in at any moment of a failure', () => {
  it('are all in memory and stored, or in neither', async () => {
    const pauses = fc.array(fc.nat(6), { minLength: 2, maxLength: 12 })
    const unlucky = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(pauses, unlucky, fc.boolean(), async (pauses, unlucky, first) => {
        const { workspace, plan, contents, projectId, published } = await start()
        const words = unlucky.map((number) => (first ? `"name ${number}"` : `"task ${number}"`))
        plan.refuses = (_, text) => words.some((word) => text?.includes(word))
        const results: Promise<unknown>[] = []
        for (const [number, pause] of pauses.entries()) {
          for (let tick = 0; tick < pause; tick++) await undefined
          results.push(
            workspace.change((tx) => {
              createTask(tx, { projectId, title: `task ${number}` })
              updateProject(tx, projectId, { name: `name ${number}` })
            }),
          )
        }
        const settled = await Promise.allSettled(results)
        expect(await everything(workspace)).toEqual(await contents())
        const done = settled.filter(({ status }) => status === 'fulfilled').length
        expect(Object.keys(await contents())).toHaveLength(1 + done)
        expect(published.map(({ number }) => number)).toEqual(
          Array.from({ length: 1 + 2 * done }, (_, n) => n + 1),
        )
      }),
      { numRuns: scaled(300) },
    )
  })
})
