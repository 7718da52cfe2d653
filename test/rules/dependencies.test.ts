/** Work that waits for itself is never done: no chain of parents or dependencies may close. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProject } from '../../storage/rules/projects'
import { updateTask } from '../../storage/rules/tasks'
import { scaled } from '../random'
import { start } from './start'

const forbidden = { code: 'BUSINESS_RULE_ERROR', status: 422 }
const missing = (message: string) => ({
  code: 'TASK_NOT_FOUND',
  status: 404,
  message,
  details: { taskId: 'none' },
})

describe('a parent', () => {
  it('must exist, in the same project', async () => {
    const { task, change } = await start()
    const other = await start()
    const { id } = await task()
    await expect(task({ parentId: 'none' })).rejects.toMatchObject(missing('Parent task not found'))
    await expect(change((tx) => updateTask(tx, id, { parentId: 'none' }))).rejects.toMatchObject(
      missing('Parent task not found'),
    )
    await expect(task({ parentId: (await other.task()).id })).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
    })
  })

  it('of another project is refused', async () => {
    const { task, change } = await start()
    const elsewhere = await change((tx) => createProject(tx, { name: 'q' }, '/').id)
    const { id } = await task({ projectId: elsewhere })
    await expect(task({ parentId: id })).rejects.toMatchObject(forbidden)
    const mine = await task()
    await expect(change((tx) => updateTask(tx, mine.id, { parentId: id }))).rejects.toMatchObject(forbidden)
  })

  it('may be taken away', async () => {
    const { task, change, get } = await start()
    const parent = await task()
    const { id } = await task({ parentId: parent.id })
    await change((tx) => updateTask(tx, id, { parentId: null }))
    expect((await get('tasks', id)).parentId).toBe(null)
  })
})

describe('a dependency', () => {
  it('must exist, in whatever project', async () => {
    const { task, change } = await start()
    const { id } = await task()
    await expect(task({ dependencies: [id, 'none'] })).rejects.toMatchObject(missing('Dependency not found'))
    await expect(change((tx) => updateTask(tx, id, { dependencies: ['none'] }))).rejects.toMatchObject(
      missing('Dependency not found'),
    )
  })

  it('is not the task itself', async () => {
    const { task, change } = await start()
    const { id } = await task()
    await expect(change((tx) => updateTask(tx, id, { dependencies: [id] }))).rejects.toMatchObject(forbidden)
    await expect(change((tx) => updateTask(tx, id, { parentId: id }))).rejects.toMatchObject(forbidden)
  })
})

describe('whatever is asked for', () => {
  const edges = fc.array(fc.tuple(fc.nat(7), fc.uniqueArray(fc.nat(7), { maxLength: 3 })), { maxLength: 25 })

  /** Whether there is a way from a node back to itself. */
  const closes = (ways: Map<number, number[]>): boolean => {
    const reach = (from: number, seen: Set<number>): Set<number> => {
      for (const next of ways.get(from) ?? []) if (!seen.has(next)) reach(next, seen.add(next))
      return seen
    }
    return [...ways.keys()].some((node) => reach(node, new Set()).has(node))
  }

  it.each(['dependencies', 'parentId'] as const)(
    '%s are set exactly when they close no circle',
    async (field) => {
      await fc.assert(
        fc.asyncProperty(edges, async (asked) => {
          const { task, change, get } = await start()
          const ids: string[] = []
          for (let n = 0; n < 8; n++) ids.push((await task()).id)
          const id = (n: number) => ids[n] ?? ''
          const ways = new Map<number, number[]>()
          for (const [from, to] of asked) {
            const wanted = field === 'parentId' ? to.slice(0, 1) : to
            const changes =
              field === 'parentId'
                ? { parentId: wanted[0] === undefined ? null : id(wanted[0]) }
                : { dependencies: wanted.map(id) }
            const allowed = !closes(new Map([...ways, [from, wanted]]))
            const done = await change((tx) => updateTask(tx, id(from), changes)).then(
              () => true,
              (error) => {
                expect(error).toMatchObject(forbidden)
                return false
              },
            )
            expect(done).toBe(allowed)
            if (done) ways.set(from, wanted)
            expect(await get('tasks', id(from))).toMatchObject(
              field === 'parentId'
                ? { parentId: ways.get(from)?.map(id)[0] ?? null }
                : { dependencies: (ways.get(from) ?? []).map(id) },
            )
          }
        }),
        { numRuns: scaled(60) },
      )
    },
  )
})
