/** A file that cannot be read for a moment says nothing about what is in it: it must neither be put away nor overwritten. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findSession, readerOf } from '../../storage/rules/find'
import { addTask } from '../../storage/rules/links'
import { createProject, updateProject } from '../../storage/rules/projects'
import { addSessionEvent } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import { createTemplate, ensureDefaultTemplates, updateTemplate } from '../../storage/rules/templates'
import { nextTurn } from './controlled'
import { afterCrash, documentsIn, openIn, temporaryDirectory } from './directory'
import { faults } from './faulty-disk'
import { everything } from './open'
import { fillWorkspace, session } from './sample-data'

vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))
vi.mock('node:fs/promises', async (original) =>
  (await import('./faulty-disk')).withPromiseFaults(await original()),
)
afterEach(() => void vi.useRealTimers())

const start = async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const ids = await fillWorkspace(workspace)
  await workspace.flush()
  const before = await everything(workspace)
  const crashed = afterCrash(directory)
  const pathOf = (key: string) => join(crashed, `${key.replaceAll(':', '/')}.json`)
  return { directory, workspace, before, crashed, pathOf, ...ids }
}

/** Makes a file unreadable, and returns what makes it readable again. */
type Break = (path: string) => () => void

const away =
  (put: (path: string) => void): Break =>
  (path) => {
    renameSync(path, `${path}.away`)
    put(path)
    return () => {
      rmSync(path, { recursive: true, force: true })
      renameSync(`${path}.away`, path)
    }
  }

const refusedWith =
  (code: string): Break =>
  (broken) => {
    faults.unreadable = (path) => (path === broken ? code : undefined)
    return () => {
      faults.unreadable = () => undefined
    }
  }

const breaks: [how: string, told: string, break_: Break][] = [
  ...['EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE', 'ETIMEDOUT', 'EDEADLK', 'ESTALE'].map(
    (code): [string, string, Break] => [`is refused with ${code}`, code, refusedWith(code)],
  ),
  ['is a link in a circle', 'ELOOP', away((path) => symlinkSync(path, path))],
  ['is a link that leads nowhere', 'leads nowhere', away((path) => symlinkSync('/nowhere/at/all', path))],
  ['has a folder in its place', 'a folder', away((path) => mkdirSync(path))],
  ['has a pipe in its place', 'not a file', away((path) => void execFileSync('mkfifo', [path]))],
  [
    'was moved into iCloud',
    'iCloud',
    (path) => {
      const placeholder = join(dirname(path), `.${basename(path)}.icloud`)
      renameSync(path, placeholder)
      return () => renameSync(placeholder, path)
    },
  ],
]

describe('a document whose file', () => {
  it.each(breaks)('%s keeps it, is told, is not changed, and comes back', async (_, told, break_) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { before, crashed, pathOf, projectId, sessionId, taskId } = await start()
    const mend = break_(pathOf(`sessions:${sessionId}`))
    const { workspace, logged, published } = await openIn(crashed)
    const names = readdirSync(join(crashed, 'sessions')).sort()

    expect(Object.keys(await everything(workspace)).sort()).toEqual(
      Object.keys(before)
        .filter((key) => key !== `sessions:${sessionId}`)
        .sort(),
    )
    const problem = { file: `sessions/${sessionId}.json`, reason: expect.stringContaining(told) }
    expect(workspace.status()).toMatchObject({ quarantined: [], problems: [problem] })
    expect(logged).toMatchObject([
      { details: { file: pathOf(`sessions:${sessionId}`), reason: expect.stringContaining(told) } },
    ])
    await expect(
      workspace.change((tx) => {
        const other = tx.list('sessions')[0]
        if (other) tx.put('sessions', { ...other, id: sessionId, name: 'in its place' })
      }),
    ).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(pathOf(`sessions:${sessionId}`)),
    })
    // A runner that hears "not found" ends the agent.
    const isThere = () =>
      workspace.read((documents) => findSession(readerOf(documents), sessionId, 'NOT_FOUND').id)
    expect(isThere).toThrow(expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }))
    await expect(workspace.change((tx) => addTask(tx, sessionId, taskId))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    expect(() => workspace.read((documents) => findSession(readerOf(documents), 'sess_none'))).toThrow(
      expect.objectContaining({ code: 'SESSION_NOT_FOUND' }),
    )
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'goes on' }))
    await vi.advanceTimersByTimeAsync(3000)
    expect(readdirSync(join(crashed, 'sessions')).sort()).toEqual(names)

    mend()
    await vi.advanceTimersByTimeAsync(1000)
    await expect.poll(() => published.at(-1)).toMatchObject({ name: 'session:updated' })
    expect(await isThere()).toBe(sessionId)
    const project = { ...Object(before[`projects:${projectId}`]), name: 'goes on' }
    expect(await everything(workspace)).toMatchObject({
      ...before,
      [`projects:${projectId}`]: { ...project, updatedAt: expect.any(Number) },
    })
    expect(workspace.status().problems).toEqual([])
    await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn' }))
    await workspace.flush()
    expect(documentsIn(crashed)).toHaveProperty([`sessions/${sessionId}.json`, 'events', 'length'], 1)
  })

  it('is one of hundreds comes back with all of them at once, and nobody gets in between', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const directory = temporaryDirectory()
    const { workspace: first } = await openIn(directory)
    const projectId = await first.change((tx) => createProject(tx, { name: 'p' }, '/').id)
    const ids = await first.change((tx) =>
      Array.from({ length: 300 }, () => createTask(tx, { projectId, title: 't' }).id),
    )
    const before = await everything(first)
    await first.close()
    faults.unreadable = (path) => (path.includes('/tasks/') ? 'ETIMEDOUT' : undefined)
    const { workspace, published } = await openIn(directory)
    expect(workspace.status().problems).toHaveLength(300)
    faults.unreadable = () => undefined
    await vi.advanceTimersByTimeAsync(1000)
    const [id = ''] = ids
    const answers: unknown[] = []
    for (let wasRefused = true; wasRefused; ) {
      const made = await Promise.allSettled([
        workspace.change((tx) => {
          if (tx.has('tasks', id)) return 'is there'
          const task = { ...Object(before[`tasks:${projectId}:${id}`]), title: 'in its place' }
          tx.put('tasks', task)
          return 'overwritten'
        }),
      ])
      answers.push(...made)
      wasRefused = made.some(({ status }) => status === 'rejected')
      await nextTurn()
    }
    expect(answers.at(-1)).toEqual({ status: 'fulfilled', value: 'is there' })
    // What was read later than the first is offered later.
    if (published.length < 300)
      await new Promise<void>((resolve) => {
        workspace.subscribe(() => published.length === 300 && resolve())
      })
    expect(await everything(workspace)).toEqual(before)
  })

  it('cannot be read, but of which the journal holds the newest, waits for both', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { directory, workspace, projectId, sessionId } = await start()
    const add = (data: string) =>
      workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: data.repeat(3000) }))
    for (const data of ['a', 'b', 'c']) await add(data)
    await workspace.flush()
    await add('d')
    const crashed = afterCrash(directory)
    const mend = refusedWith('EIO')(join(crashed, 'sessions', `${sessionId}.json`))
    const again = await openIn(crashed)
    await again.workspace.change((tx) => updateProject(tx, projectId, { name: 'goes on' }))
    await again.workspace.flush()
    // Killed once more: what waits is still in the journal.
    mend()
    const later = await openIn(afterCrash(crashed))
    expect(await session(later.workspace, sessionId)).toEqual(await session(workspace, sessionId))
    await vi.advanceTimersByTimeAsync(1000)
    await expect.poll(() => again.published.at(-1)).toMatchObject({ name: 'session:updated' })
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
  })

  it('turns out to be no document is set aside then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { crashed, pathOf, projectId } = await start()
    const path = pathOf(`projects:${projectId}`)
    const mend = refusedWith('EIO')(path)
    const { workspace } = await openIn(crashed)
    execFileSync('sh', ['-c', 'printf "{" > "$1"', 'sh', path])
    mend()
    await vi.advanceTimersByTimeAsync(1000)
    await expect
      .poll(() => workspace.status().quarantined)
      .toMatchObject([{ reason: expect.stringContaining('JSON') }])
    expect(workspace.status().problems).toEqual([])
  })

  it('is deleted while it cannot be read may be made anew', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { crashed, pathOf, before, projectId } = await start()
    const path = pathOf(`projects:${projectId}`)
    const mend = refusedWith('EIO')(path)
    const { workspace } = await openIn(crashed)
    rmSync(path)
    mend()
    await vi.advanceTimersByTimeAsync(1000)
    await expect.poll(() => workspace.status().problems).toEqual([])
    const project = Object(before[`projects:${projectId}`])
    await workspace.change((tx) => tx.put('projects', { ...project, name: 'anew' }))
    await workspace.flush()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ name: 'anew' })
  })

  it('held the default template takes its place again, unless what stood in for it was changed', async () => {
    for (const isChanged of [false, true]) {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const directory = temporaryDirectory()
      const { workspace: first } = await openIn(directory)
      await first.change(ensureDefaultTemplates)
      const own = await first.change((tx) => tx.list('templates', { role: 'worker' })[0]?.id ?? '')
      await first.change((tx) => updateTemplate(tx, own, { content: 'of the user' }))
      await first.change((tx) => createTemplate(tx, { name: 'other', role: 'worker', content: 'x' }).id)
      await first.close()
      const mend = refusedWith('EIO')(join(directory, 'templates', `${own}.json`))
      const { workspace, published } = await openIn(directory)
      await workspace.change(ensureDefaultTemplates)
      const defaults = () =>
        workspace.read((documents) =>
          documents
            .list('templates', { role: 'worker' })
            .map((entry) => entry.read())
            .filter(({ isDefault }) => isDefault)
            .map(({ id }) => id),
        )
      const [standIn = ''] = await defaults()
      expect(standIn).not.toBe(own)
      if (isChanged)
        await workspace.change((tx) => updateTemplate(tx, standIn, { content: 'changed meanwhile' }))
      mend()
      await vi.advanceTimersByTimeAsync(1000)
      await expect.poll(() => published.some(({ about }) => about?.id === own)).toBe(true)
      expect((await defaults()).sort()).toEqual(isChanged ? [own, standIn].sort() : [own])
      await workspace.close()
    }
  })
})
