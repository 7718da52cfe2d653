/** A disk that fails must not cost anybody what was acknowledged, nor keep what was refused. */

import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createProject, updateProject } from '../../storage/rules/projects'
import { createTask, deleteTask } from '../../storage/rules/tasks'
import { nextTurn } from './controlled'
import { afterCrash, type Durability, documentsIn, openIn, segmentsOf, temporaryDirectory } from './directory'
import { faults, noSpace } from './faulty-disk'
import { everything } from './open'

vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))

const unavailable = { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('ENOSPC') }
const inJournal = (path: string) => path.includes('.wal')
const inDocuments = (path: string) => path.includes('.writing')

const start = async (durability: Durability = 'process') => {
  const directory = temporaryDirectory()
  const opened = await openIn(directory, durability)
  const { workspace } = opened
  const create = (name: string) => workspace.change((tx) => createProject(tx, { name }, '/').id)
  const id = await create('first')
  await workspace.flush()
  return { ...opened, directory, create, id }
}

/** What a server finds that starts after a crash at this moment. */
const recovered = async (directory: string) => everything((await openIn(afterCrash(directory))).workspace)

describe.each<Durability>(['process', 'strict'])('a full disk, %s', (durability) => {
  it('refuses changes, keeps everything as it was, and takes changes again when there is room', async () => {
    const { workspace, directory, create, published } = await start(durability)
    const before = await everything(workspace)
    faults.full = inJournal
    const refused = await Promise.allSettled(Array.from({ length: 20 }, () => create('lost')))
    for (const result of refused) expect(result).toMatchObject({ reason: unavailable })
    expect(await everything(workspace)).toEqual(before)
    expect(await recovered(directory)).toEqual(before)
    expect(published).toHaveLength(1)

    faults.full = () => false
    await nextTurn()
    await create('second')
    expect(published.map(({ number }) => number)).toEqual([1, 2])
    expect(await recovered(directory)).toEqual(await everything(workspace))
  })

  it('keeps nothing of a change of megabytes of which half went in, nor of what came after it', async () => {
    const { workspace, directory, create, published } = await start(durability)
    const before = await everything(workspace)
    const description = 'é'.repeat(2000)
    const createMany = () =>
      workspace.change((tx) => {
        for (let n = 0; n < 400; n++) createProject(tx, { name: `${n}`, description }, '/')
      })
    faults.full = inJournal
    const lost = [createMany(), create('lost'), nextTurn().then(() => create('lost, too'))]
    for (const result of await Promise.allSettled(lost)) expect(result).toMatchObject({ reason: unavailable })
    expect(await everything(workspace)).toEqual(before)
    expect(await recovered(directory)).toEqual(before)

    faults.full = () => false
    await nextTurn()
    await Promise.all([createMany(), create('second'), createMany()])
    expect(published.map(({ number }) => number)).toEqual(Array.from({ length: 802 }, (_, n) => n + 1))
    expect(await recovered(directory)).toEqual(await everything(workspace))
  })

  it('leaves no torn line in the journal', async () => {
    const { directory, create } = await start(durability)
    const path = join(directory, '.wal', segmentsOf(directory).at(-1) ?? '')
    const before = readFileSync(path, 'utf8')
    faults.full = inJournal
    await expect(create('lost')).rejects.toMatchObject(unavailable)
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('that cannot even be cut back brings nothing back that was refused', async () => {
    const { workspace, directory, create } = await start(durability)
    faults.full = inJournal
    faults.truncateFails = true
    const refused = Array.from({ length: 20 }, (_, number) => create(`lost ${number}`))
    for (const result of await Promise.allSettled(refused)) expect(result.status).toBe('rejected')
    Object.assign(faults, { full: () => false, uncuttable: false })
    await nextTurn()
    await create('second')
    expect(await recovered(directory)).toEqual(await everything(workspace))
    expect(await workspace.eventsSince(0)).toHaveLength(2)
  })

  it('for the documents keeps what was acknowledged, refuses more, and recovers by itself', async () => {
    const { workspace, directory, create, id } = await start(durability)
    faults.full = inDocuments
    await workspace.change((tx) => updateProject(tx, id, { name: 'acknowledged' }))
    await workspace.flush().catch(() => undefined)
    await expect(create('lost')).rejects.toMatchObject(unavailable)
    expect(readdirSync(join(directory, '.writing'))).toEqual([])
    expect(await everything(workspace)).toMatchObject({ [`projects:${id}`]: { name: 'acknowledged' } })
    expect(await recovered(directory)).toEqual(await everything(workspace))

    faults.full = () => false
    await expect
      .poll(() => documentsIn(directory))
      .toMatchObject({ [`projects/${id}.json`]: { name: 'acknowledged' } })
    await create('second')
  })
})

describe('a disk that turned read-only', () => {
  it('refuses changes and serves what is there, until it can be written again', async () => {
    const { directory } = await start()
    const { workspace, published } = await openIn(afterCrash(directory))
    const before = await everything(workspace)
    faults.readOnly = () => true
    const create = () => workspace.change((tx) => createProject(tx, { name: 'second' }, '/'))
    for (let round = 0; round < 3; round++)
      await expect(create()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(await everything(workspace)).toEqual(before)
    expect(await workspace.eventsSince(0)).toHaveLength(1)
    faults.readOnly = () => false
    await nextTurn()
    await create()
    expect(published).toMatchObject([{ number: 2 }])
    expect(await workspace.eventsSince(0)).toHaveLength(2)
  })
})

describe('while the disk syncs, strict', () => {
  const holdSync = () => {
    let end: ((error: NodeJS.ErrnoException | null) => void) | undefined
    faults.sync = (next) => {
      end = next
    }
    onTestFinished(() => end?.(null))
    return {
      async finish(error: NodeJS.ErrnoException | null) {
        end?.(error)
        end = undefined
        await nextTurn()
      },
      begun: () => end !== undefined,
    }
  }

  it('what is not synced is in no file, in no log and in no answer', async () => {
    const { workspace, driver, directory, create, published } = await start('strict')
    const before = await everything(workspace)
    const sync = holdSync()
    const creating = Promise.allSettled([create('second')])
    await expect.poll(sync.begun).toBe(true)
    await workspace.flush()
    expect(Object.keys(documentsIn(directory))).toHaveLength(1)
    expect(await workspace.eventsSince(0)).toHaveLength(1)
    expect(driver.log?.last()).toBe(1)
    expect(workspace.lastEvent()).toBe(1)
    expect(published).toHaveLength(1)
    const answer = Promise.resolve(everything(workspace))
    await sync.finish(noSpace())
    expect(await creating).toMatchObject([{ reason: unavailable }])
    expect(await answer).toEqual(before)
    expect(await recovered(directory)).toEqual(before)
  })

  it('documents written meanwhile do not make a crash forget what is synced after them', async () => {
    const { workspace, directory, create, id } = await start('strict')
    await workspace.change((tx) => updateProject(tx, id, { name: 'written' }))
    const sync = holdSync()
    const creating = create('second')
    await expect.poll(sync.begun).toBe(true)
    await workspace.flush()
    await sync.finish(null)
    await creating
    expect(await recovered(directory)).toEqual(await everything(workspace))
  })
})

describe('a power failure, strict', () => {
  it('finds every name on the disk before the journal relies on it', async () => {
    const { workspace, directory, id } = await start('strict')
    await workspace.change((tx) => createTask(tx, { projectId: id, title: 'a task' }))
    const task = await workspace.read((documents) => documents.list('tasks')[0]?.key.replaceAll(':', '/'))
    faults.done.length = 0
    await workspace.flush()
    const name = (path: string) =>
      path.replace(directory, '').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'LEASE')
    expect(faults.done.map(name)).toEqual([
      'write /.writing/LEASE-0',
      'sync /.writing/LEASE-0',
      `rename /${task}.json`,
      `sync /tasks/${id}`,
      'sync /tasks',
      'write /.wal/LEASE.new',
    ])
  })

  it('has nothing to find in a folder that somebody deleted', async () => {
    const { workspace, directory, id } = await start('strict')
    const task = await workspace.change((tx) => createTask(tx, { projectId: id, title: 'a task' }))
    await workspace.flush()
    rmSync(join(directory, 'tasks'), { recursive: true })
    await workspace.change((tx) => deleteTask(tx, task.id))
    await workspace.flush()
    expect(Object.keys(documentsIn(directory))).toEqual([`projects/${id}.json`])
  })

  it('finds a new part of the journal under its name', async () => {
    const directory = temporaryDirectory()
    const { workspace } = await openIn(directory, 'strict')
    faults.done.length = 0
    await workspace.change((tx) => createProject(tx, { name: 'first' }, '/'))
    expect(faults.done[0]).toMatch(/^rename .*\.log$/)
    expect(faults.done[1]).toBe(`sync ${join(directory, '.wal')}`)
  })
})
