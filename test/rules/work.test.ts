/** One cheap request must not hold up everybody: what a change costs grows with what it changes, not with its square. */

import { describe, expect, it, vi } from 'vitest'
import { Entry } from '../../storage/entry'
import { claimTask } from '../../storage/rules/claims'
import { endSession } from '../../storage/rules/endings'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { sendMessage } from '../../storage/rules/messages'
import { createRequest } from '../../storage/rules/requests'
import { deleteSession, updateSession } from '../../storage/rules/sessions'
import { planSpawn, spawnSession } from '../../storage/rules/spawn'
import { spawnWarnings } from '../../storage/rules/spawn-warnings'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import { machine } from '../drivers/sample-data'
import { start } from './start'

type World = Awaited<ReturnType<typeof start>>

/** What looking an entity up counts for, in characters. */
const lookUp = 100

/** The characters that a piece of work parses and writes, and what it looks up. */
const workOf = async (run: (counted: (tx: Transaction) => Transaction) => Promise<unknown>) => {
  let work = 0
  const readHead = Entry.prototype.readHead
  const spy = vi.spyOn(Entry.prototype, 'readHead').mockImplementation(function (this: Entry) {
    work += this.json.length
    return readHead.call(this)
  })
  try {
    await run((tx) => ({
      ...tx,
      get: (kind, id) => {
        work += lookUp
        return tx.get(kind, id)
      },
      fields: (kind, id) => {
        work += lookUp
        return tx.fields(kind, id)
      },
      put: (kind, entity) => {
        work += JSON.stringify(entity).length
        tx.put(kind, entity)
      },
    }))
  } finally {
    spy.mockRestore()
  }
  return work
}

const times = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = []
  for (let n = 0; n < count; n++) made.push(await make())
  return made
}

const idsOf = (entities: readonly { id: string }[]) => entities.map(({ id }) => id)

/** A session that has claimed so many tasks. */
const claiming = async ({ task, session, change }: World, size: number): Promise<string> => {
  const { id } = await session([], { strategy: 'tree' })
  for (const { id: taskId } of await times(size, task)) await change((tx) => claimTask(tx, taskId, id))
  return id
}

/** Each prepares something of a size, and returns the change that is counted. */
const changes: Record<string, (world: World, size: number) => Promise<(tx: Transaction) => unknown>> = {
  'deleting a session of many tasks': async ({ task, session }, size) => {
    const { id } = await session(idsOf(await times(size, task)))
    return (tx) => deleteSession(tx, id)
  },
  'deleting a session with a queue': async ({ task, session }, size) => {
    const { id } = await session(idsOf(await times(size, task)), { strategy: 'queue' })
    return (tx) => deleteSession(tx, id)
  },
  'ending a session that has claimed many tasks': async (world, size) => {
    const id = await claiming(world, size)
    return (tx) => endSession(tx, id, { cause: 'lost' })
  },
  'reporting on many tasks that were claimed': async (world, size) => {
    const id = await claiming(world, size)
    const outcomes = (await world.get('sessions', id)).taskIds.map((taskId) => ({
      taskId,
      outcome: 'completed' as const,
    }))
    return (tx) => endSession(tx, id, { cause: 'reported', outcomes })
  },
  'giving a session many tasks': async ({ task, session }, size) => {
    const taskIds = idsOf(await times(size, task))
    const { id } = await session()
    return (tx) => updateSession(tx, id, { taskIds })
  },
  'giving a session with a queue many tasks': async ({ task, session }, size) => {
    const taskIds = idsOf(await times(size, task))
    const { id } = await session([], { strategy: 'queue' })
    return (tx) => updateSession(tx, id, { taskIds })
  },
  'taking all tasks from a session with a queue': async ({ task, session }, size) => {
    const { id } = await session(idsOf(await times(size, task)), { strategy: 'queue' })
    return (tx) => updateSession(tx, id, { taskIds: [] })
  },
  'giving a task many sessions': async ({ task, session }, size) => {
    const sessionIds = idsOf(await times(size, () => session()))
    const { id } = await task()
    return (tx) => updateTask(tx, id, { sessionIds })
  },
  'taking a task from many sessions': async ({ task, session }, size) => {
    const { id } = await task()
    await times(size, () => session([id], { strategy: 'queue' }))
    return (tx) => updateTask(tx, id, { sessionIds: [] })
  },
  'deleting a task of many sessions': async ({ task, session }, size) => {
    const { id } = await task()
    await times(size, () => session([id]))
    return (tx) => deleteTask(tx, id)
  },
  'deleting a task with many children and dependants': async ({ task }, size) => {
    const { id } = await task()
    await times(size, () => task({ parentId: id, dependencies: [id] }))
    return (tx) => deleteTask(tx, id)
  },
  'ending a session with many outcomes': async ({ task, session }, size) => {
    const taskIds = idsOf(await times(size, task))
    const { id } = await session(taskIds, { strategy: 'queue', status: 'working' })
    const outcomes = taskIds.map((taskId) => ({ taskId, outcome: 'failed' as const, message: 'no' }))
    return (tx) => endSession(tx, id, { cause: 'reported', outcomes })
  },
  'ending a session that has asked and was told much': async ({ change, session }, size) => {
    const { id } = await session([], { status: 'working' })
    await times(size, () => change((tx) => createRequest(tx, id, { kind: 'question', title: '?' })))
    await times(size, () => change((tx) => sendMessage(tx, id, { text: 'hello' }, 'user')))
    return (tx) => endSession(tx, id, { cause: 'reported' })
  },
  'deleting a session that has asked and was told much': async ({ change, session }, size) => {
    const { id } = await session([], { status: 'working' })
    await times(size, () => change((tx) => createRequest(tx, id, { kind: 'question', title: '?' })))
    await times(size, () => change((tx) => sendMessage(tx, id, { text: 'hello' }, 'user')))
    return (tx) => deleteSession(tx, id)
  },
  'ending a session by its status': async ({ task, session }, size) => {
    const { id } = await session(idsOf(await times(size, task)), { strategy: 'queue', status: 'working' })
    return (tx) => updateSession(tx, id, { status: 'failed' })
  },
  'letting a task wait for many that wait for one': async ({ task }, size) => {
    const last = await task()
    const dependencies = idsOf(await times(size, () => task({ dependencies: [last.id] })))
    const { id } = await task()
    await task({ dependencies: [id] })
    return (tx) => updateTask(tx, id, { dependencies })
  },
}

describe.each(Object.entries(changes))('%s', (_what, prepare) => {
  it('costs four times as much for four times as many, and not sixteen', async () => {
    const measured = async (size: number) => {
      const world = await start()
      const rule = await prepare(world, size)
      return workOf((counted) => world.change((tx) => rule(counted(tx))))
    }
    const [few, many] = [await measured(40), await measured(160)]
    expect(many).toBeLessThan(5 * few)
  })
})

describe('a spawn of many tasks of which one waits for all others', () => {
  it('parses that one a few times, not once for each', async () => {
    const measured = async (size: number) => {
      const { workspace, task, projectId, change } = await start()
      const others = idsOf(await times(size, task))
      const { id } = await task({ dependencies: others })
      const request = { projectId, taskIds: [...others, id] }
      return workOf(async (counted) => {
        const { plan, manifest } = await workspace.read((documents) => {
          const plan = planSpawn(readerOf(documents), request, 'sess_1')
          spawnWarnings(readerOf(documents), plan, new Set())
          return { plan, manifest: makeManifest(readerOf(documents), plan, '') }
        })
        const environment = { manifestPath: '/m', serverUrl: 'http://localhost' }
        await change((tx) => spawnSession(counted(tx), plan, manifest, environment, machine))
      })
    }
    const [few, many] = [await measured(40), await measured(160)]
    expect(many).toBeLessThan(5 * few)
  })

  it('makes a text of no more than the warnings that it names', async () => {
    const { workspace, task, projectId } = await start()
    const others = idsOf(await times(100, task))
    const { id } = await task({ dependencies: others })
    const warnings = await workspace.read((documents) => {
      const reader = readerOf(documents)
      return spawnWarnings(reader, planSpawn(reader, { projectId, taskIds: [id] }, 'sess_1'), new Set())
    })
    expect(warnings).toHaveLength(21)
    expect(warnings.at(-1)).toBe('… and 80 more')
  })
})

describe('a spawn beside many living sessions', () => {
  it.each([
    ['each in a worktree', { worktree: true }],
    ['all in its directory', { worktree: false }],
    ['of which nothing is said', {}],
  ])('looks at a few of them, not at all: %s', async (_, fields) => {
    const lookedAt = async (size: number) => {
      const { workspace, session, task, projectId, change } = await start()
      const taskIds = [(await task()).id]
      const ids = idsOf(await times(size, () => session()))
      for (const id of ids)
        await change((tx) => {
          const head = tx.get('sessions', id)
          if (head) tx.put('sessions', { ...head, ...fields })
        })
      return workspace.read((documents) => {
        let looks = 0
        const counted = new Proxy(readerOf(documents), {
          get(target, name) {
            const found: unknown = Reflect.get(target, name)
            if (typeof found !== 'function') return found
            return (...given: unknown[]) => {
              const result: unknown = Reflect.apply(found, target, given)
              looks += Array.isArray(result) ? result.length : 1
              return result
            }
          },
        })
        const plan = planSpawn(readerOf(documents), { projectId, taskIds }, 'sess_1')
        spawnWarnings(counted, plan, new Set())
        return looks
      })
    }
    expect(await lookedAt(400)).toBe(await lookedAt(100))
  })
})

describe('a task at the end of a long chain', () => {
  it('is made, or moved there, for the same whatever the length of the chain', async () => {
    const measured = async (length: number) => {
      const { projectId, task, change } = await start()
      let last = await task()
      for (let n = 1; n < length; n++) last = await task({ parentId: last.id, dependencies: [last.id] })
      const moved = await task()
      const fields = { parentId: last.id, dependencies: [last.id] }
      return workOf((counted) =>
        change(function* (tx) {
          createTask(counted(tx), { projectId, title: 't', ...fields })
          yield* updateTask(counted(tx), moved.id, fields)
        }),
      )
    }
    expect(await measured(200)).toBeLessThan(1.1 * (await measured(20)))
  })
})
