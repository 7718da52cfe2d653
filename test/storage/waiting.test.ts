/** What users see while a change is on its way to the disk must hold, however that ends. */

import { describe, expect, it } from 'vitest'
import { createProject, deleteProject, updateProject } from '../../storage/rules/projects'
import { createSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { controlledDriver, nextTurn } from '../drivers/controlled'
import { everything, open } from '../drivers/open'

const unavailable = { code: 'STORAGE_UNAVAILABLE', status: 503 }
const machine = { hostname: 'h', platform: 'p' }

const start = async () => {
  const disk = controlledDriver()
  const opened = await open(disk.driver)
  const { workspace } = opened
  const create = (name: string) => workspace.change((tx) => createProject(tx, { name }, '/').id)
  const rename = (id: string, name: string) => workspace.change((tx) => updateProject(tx, id, { name }))
  const first = create('first')
  await disk.succeed()
  return { ...opened, disk, create, rename, id: await first }
}

/** How a promise stands: its value or error, once it is settled. */
const watch = (promise: Promise<unknown>) => {
  const seen: { value?: unknown; error?: unknown } = {}
  promise.then(
    (value) => {
      seen.value = value ?? 'done'
    },
    (error) => {
      seen.error = error
    },
  )
  return seen
}

const names = (workspace: Workspace) =>
  workspace.read((documents) => documents.list('projects').map((entry) => entry.read().name))

describe('while a change is being written', () => {
  it('its caller is not answered, and no event of it is published', async () => {
    const { disk, create, published } = await start()
    const answered = watch(create('second'))
    await nextTurn()
    expect(answered).toEqual({})
    expect(published).toHaveLength(1)
    await disk.succeed()
    expect(answered.value).toBeTypeOf('string')
    expect(published.map(({ number, name }) => [number, name])).toEqual([
      [1, 'project:created'],
      [2, 'project:created'],
    ])
  })

  it('an answer that shows it waits, and is queried again if it fails', async () => {
    const { workspace, disk, create } = await start()
    const creating = watch(create('second'))
    const answered = watch(Promise.resolve(names(workspace)))
    await nextTurn()
    expect(answered).toEqual({})
    await disk.fail()
    expect(answered.value).toEqual(['first'])
    expect(creating.error).toMatchObject(unavailable)
  })

  it('a refusal that is due to it waits, too: it might never have happened', async () => {
    const { workspace, disk, id } = await start()
    const deleting = watch(workspace.change((tx) => deleteProject(tx, id)))
    const body = { projectId: id, taskIds: [] }
    const refused = watch(workspace.change((tx) => createSession(tx, body, machine)))
    const asked = watch(
      Promise.resolve().then(() =>
        workspace.read((documents) => {
          if (!documents.get('projects', id)) throw new Error('not found')
          return 'found'
        }),
      ),
    )
    await nextTurn()
    expect(refused).toEqual({})
    expect(asked).toEqual({})
    await disk.fail()
    expect(deleting.error).toMatchObject(unavailable)
    expect(refused.error).toMatchObject(unavailable)
    expect(asked.value).toBe('found')
  })

  it('a refusal stands once the change that it is due to is durable', async () => {
    const { workspace, disk, id } = await start()
    watch(workspace.change((tx) => deleteProject(tx, id)))
    const refused = watch(workspace.change((tx) => updateProject(tx, id, {})))
    await disk.succeed()
    expect(refused.error).toMatchObject({ code: 'PROJECT_NOT_FOUND' })
  })

  it('the number of the last event is the last one that is durable', async () => {
    const { workspace, disk, create } = await start()
    watch(create('second'))
    expect(workspace.lastEvent()).toBe(1)
    await disk.succeed()
    expect(workspace.lastEvent()).toBe(2)
  })
})

describe('when a change cannot be written', () => {
  it('all that were built on it go too, and everything is as it was', async () => {
    const { workspace, disk, create, rename, id, published } = await start()
    const before = await everything(workspace)
    const changes = [create('second'), rename(id, 'renamed'), rename(id, 'again')].map(watch)
    changes.push(watch(workspace.change((tx) => deleteProject(tx, id))))
    await disk.fail()
    for (const change of changes) expect(change.error).toMatchObject(unavailable)
    expect(await everything(workspace)).toEqual(before)
    expect(published).toHaveLength(1)
  })

  it('the ones before it, still on their way, are not lost from memory', async () => {
    const { workspace, disk, create, rename, id, published } = await start()
    const earlier = watch(rename(id, 'earlier'))
    const failed = watch(create('failed'))
    await disk.fail(1)
    expect(failed.error).toMatchObject(unavailable)
    const next = watch(create('next'))
    await disk.succeed()
    await disk.succeed()
    expect([earlier.value, next.value]).toEqual(['done', expect.any(String)])
    expect(await names(workspace)).toEqual(['earlier', 'next'])
    expect(published.map(({ number }) => number)).toEqual([1, 2, 3])
  })

  it('later ones work, and no number of an event is left out', async () => {
    const { workspace, disk, create, published } = await start()
    watch(create('lost'))
    watch(create('lost too'))
    await disk.fail()
    watch(create('second'))
    await disk.succeed()
    expect(await names(workspace)).toEqual(['first', 'second'])
    expect(published.map(({ number }) => number)).toEqual([1, 2])
    expect(workspace.lastEvent()).toBe(2)
  })

  it('a change that found nothing to do in it is not confirmed', async () => {
    const { workspace, disk, create } = await start()
    watch(create('second'))
    const nothing = watch(workspace.change((tx) => tx.count('projects')))
    await disk.fail()
    expect(nothing.error).toMatchObject(unavailable)
  })
})

describe('a subscriber that throws', () => {
  it('takes nothing from the caller, from other subscribers or from later events', async () => {
    const { workspace, disk, create, published, logged } = await start()
    const late: number[] = []
    workspace.subscribe(() => {
      throw new Error('a broken client')
    })
    workspace.subscribe(({ number }) => late.push(number))
    const created = watch(create('second'))
    await disk.succeed()
    expect(created.value).toBeTypeOf('string')
    expect(published.map(({ number }) => number)).toEqual([1, 2])
    expect(late).toEqual([2])
    expect(logged).toHaveLength(1)
  })
})
