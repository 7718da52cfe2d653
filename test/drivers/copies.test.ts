/** What other programs do to the files: sync programs leave copies beside them, editors a byte order mark in front. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { updateProject } from '../../storage/rules/projects'
import { afterCrash, documentsIn, openIn, segmentsOf, temporaryDirectory } from './directory'
import { everything } from './open'
import { fillWorkspace } from './sample-data'

const start = async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const ids = await fillWorkspace(workspace)
  await workspace.flush()
  return { workspace, crashed: afterCrash(directory), ...ids }
}

describe('a copy that a sync program made of a document', () => {
  const names: [program: string, nameOf: (id: string) => string][] = [
    ['iCloud Drive', (id) => `${id} 2.json`],
    ['Google Drive', (id) => `${id} (1).json`],
    ['Dropbox', (id) => `${id} (Ann's conflicted copy 2026-11-01).json`],
    ['Dropbox in German', (id) => `${id} (In Konflikt stehende Kopie von Ann 2026-11-01).json`],
    ['Syncthing', (id) => `${id}.sync-conflict-20261101-120000-ABCDEFG.json`],
    ['Nextcloud', (id) => `${id} (conflicted copy 2026-11-01 120000).json`],
    ['Resilio', (id) => `${id}.Conflict.json`],
    ['OneDrive', (id) => `${id}-DESKTOP-1.json`],
    ['an unknown one', (id) => `${id}_conflict_1.json`],
    ['the Finder', (id) => `${id} copy.json`],
    ['Windows', (id) => `Copy of ${id}.json`],
  ]
  it.each(names)('stays where it is, untouched, and is told: %s', async (_, nameOf) => {
    const { workspace, crashed, projectId, taskId, sessionId } = await start()
    const copies = [`projects/${projectId}`, `tasks/${projectId}/${taskId}`, `sessions/${sessionId}`].map(
      (path) => join(dirname(path), nameOf(path.slice(path.lastIndexOf('/') + 1))),
    )
    const originals = [`projects/${projectId}`, `tasks/${projectId}/${taskId}`, `sessions/${sessionId}`]
    for (const [index, copy] of copies.entries())
      cpSync(join(crashed, `${originals[index]}.json`), join(crashed, copy))
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    const { quarantined, problems = [] } = again.workspace.status()
    expect(quarantined).toEqual([])
    expect(problems.map(({ file }) => file).sort()).toEqual([...copies].sort())
    expect(again.logged).toHaveLength(copies.length)
    for (const copy of copies) expect(existsSync(join(crashed, copy))).toBe(true)
    for (const copy of copies) rmSync(join(crashed, copy))
    expect(again.workspace.status().problems).toEqual([])
  })

  it('is told, too, where it comes while the server runs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { crashed, projectId, taskId } = await start()
    const { workspace, logged } = await openIn(crashed)
    const original = join('tasks', projectId, taskId)
    const copies = [`${original} 2.json`, `${original}.sync-conflict-20261102-090000-ABCDEFG.json`]
    for (const copy of copies) cpSync(join(crashed, `${original}.json`), join(crashed, copy))
    cpSync(join(crashed, 'tasks', projectId), join(crashed, 'tasks', `${projectId} 2`), { recursive: true })
    for (const _minute of [1, 2]) {
      await vi.advanceTimersByTimeAsync(60_000)
      const files = () => workspace.status().problems?.map(({ file }) => file)
      await expect.poll(() => files()?.sort()).toEqual([...copies, join('tasks', `${projectId} 2`)].sort())
    }
    expect(logged).toHaveLength(3)
  })

  it('is told where it is of a whole folder, and where the original is gone', async () => {
    const { crashed, projectId, sessionId } = await start()
    cpSync(join(crashed, 'tasks', projectId), join(crashed, 'tasks', `${projectId} 2`), { recursive: true })
    renameSync(
      join(crashed, 'sessions', `${sessionId}.json`),
      join(crashed, 'sessions', `${sessionId} 2.json`),
    )
    const { workspace } = await openIn(crashed)
    expect(
      workspace
        .status()
        .problems?.map(({ file }) => file)
        .sort(),
    ).toEqual([`sessions/${sessionId} 2.json`, `tasks/${projectId} 2`])
  })

  it('is not overwritten by a document that gets its name as an id', async () => {
    const { crashed, sessionId } = await start()
    const copy = join(crashed, 'sessions', `${sessionId}-DESKTOP-1.json`)
    cpSync(join(crashed, 'sessions', `${sessionId}.json`), copy)
    const { workspace } = await openIn(crashed)
    const put = workspace.change((tx) => {
      const session = tx.get('sessions', sessionId)
      if (session) tx.put('sessions', { ...session, id: `${sessionId}-DESKTOP-1` })
    })
    await expect(put).rejects.toMatchObject({ message: expect.stringContaining(copy) })
  })

  it('is not seen in files of strangers', async () => {
    const { crashed } = await start()
    for (const name of ['a b.json', 'README.md', '.DS_Store', 'notes (1).json', 'old.json.bak'])
      writeFileSync(join(crashed, 'sessions', name), '{}')
    mkdirSync(join(crashed, 'tasks', 'my notes'))
    const { workspace, logged } = await openIn(crashed)
    expect(workspace.status()).toMatchObject({ quarantined: [], problems: [] })
    expect(logged).toEqual([])
  })
})

describe('a folder of tasks that is a link', () => {
  it('is read like the folder that it leads to, and told where it leads nowhere', async () => {
    const { workspace, crashed, projectId } = await start()
    const folder = join(crashed, 'tasks', projectId)
    renameSync(folder, join(crashed, 'elsewhere'))
    symlinkSync(join(crashed, 'elsewhere'), folder)
    symlinkSync('circle', join(crashed, 'tasks', 'circle'))
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    expect(again.workspace.status().problems).toMatchObject([{ file: 'tasks/circle' }])
  })
})

describe('a byte order mark', () => {
  it('before every document and the journal is no part of them', async () => {
    const { workspace, crashed, projectId } = await start()
    for (const path of Object.keys(documentsIn(crashed))) prefix(join(crashed, path))
    for (const name of segmentsOf(crashed)) prefix(join(crashed, '.wal', name))
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    expect(again.logged).toEqual([])
    expect(again.workspace.lastEvent()).toBe(workspace.lastEvent())
    expect(await again.workspace.eventsSince(0)).toEqual(await workspace.eventsSince(0))
    const json = await again.workspace.read((documents) => documents.get('projects', projectId)?.json)
    expect(json?.startsWith('{')).toBe(true)
    await again.workspace.change((tx) => updateProject(tx, projectId, { name: 'now' }))
    await again.workspace.flush()
    expect(readFileSync(join(crashed, 'projects', `${projectId}.json`), 'utf8').startsWith('{')).toBe(true)
    expect(readdirSync(join(crashed, 'projects')).filter((name) => name.includes('corrupt'))).toEqual([])
  })
})

const prefix = (path: string) => writeFileSync(path, `\ufeff${readFileSync(path, 'utf8')}`)
