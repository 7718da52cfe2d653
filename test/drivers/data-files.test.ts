/** The files are an interface: people read them, edit them and keep them under git. */

import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStorage } from 'unstorage'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { updateProject } from '../../storage/rules/projects'
import { addSessionEvent, deleteSession } from '../../storage/rules/sessions'
import {
  afterCrash,
  documentsIn,
  filesIn,
  newestSegment,
  openIn,
  segmentsOf,
  temporaryDirectory,
} from './directory'
import { everything, open } from './open'
import { fillWorkspace, session } from './sample-data'

const start = async () => {
  const directory = temporaryDirectory()
  const opened = await openIn(directory)
  const ids = await fillWorkspace(opened.workspace)
  await opened.workspace.flush()
  return { ...opened, directory, ...ids }
}

/** What the files hold, by the key of each document. */
const byKey = (directory: string) =>
  Object.fromEntries(
    Object.entries(documentsIn(directory)).map(([path, document]) => [
      path.slice(0, -'.json'.length).replaceAll('/', ':'),
      document,
    ]),
  )

describe('the files', () => {
  afterEach(() => void vi.useRealTimers())

  it('hold every document, indented by two spaces, with a newline at the end, and nothing else', async () => {
    const { workspace, directory } = await start()
    expect(byKey(directory)).toEqual(await everything(workspace))
    for (const path of Object.keys(documentsIn(directory))) {
      const text = readFileSync(join(directory, path), 'utf8')
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    }
    const others = readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
    for (const path of others) expect(path).toMatch(/^\/\.(format|journal|lock|wal\/.*\.log)$/)
  })

  it('are current 100 ms after a change', async () => {
    const { workspace, directory, projectId, sessionId } = await start()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'now' }))
    await workspace.change((tx) => deleteSession(tx, sessionId))
    await vi.advanceTimersByTimeAsync(100)
    expect(byKey(directory)).toEqual(await everything(workspace))
  })

  it('come back where somebody deleted a folder of a running server', async () => {
    const { workspace, directory, projectId } = await start()
    for (const folder of ['.writing', 'projects', 'tasks'])
      rmSync(join(directory, folder), { recursive: true })
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'now' }))
    await workspace.flush()
    expect(byKey(directory)).toMatchObject({ [`projects:${projectId}`]: { name: 'now' } })
  })

  it('half written when a crash came are neither listed nor kept', async () => {
    const { workspace, directory } = await start()
    const crashed = afterCrash(directory)
    mkdirSync(join(crashed, '.writing'), { recursive: true })
    writeFileSync(join(crashed, '.writing', '0'), '{"id":')
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    expect(readdirSync(join(crashed, '.writing'))).toEqual([])
  })

  it('are not touched any more once the server has let go of them', async () => {
    const { workspace, directory, projectId } = await start()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'now' }))
    rmSync(join(directory, 'projects'), { recursive: true })
    writeFileSync(join(directory, 'projects'), 'in the way')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await workspace.close()
    rmSync(join(directory, 'projects'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(existsSync(join(directory, 'projects'))).toBe(false)
    vi.useRealTimers()
    expect(await everything((await openIn(directory)).workspace)).toMatchObject({
      [`projects:${projectId}`]: { name: 'now' },
    })
  })
})

describe('a server that another took the directory from,', () => {
  const recordOf = (lock: string, pid: number) =>
    JSON.stringify({ ...Object(JSON.parse(readFileSync(lock, 'utf8'))), id: randomUUID(), pid })
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['has it', 'taken over by process 4711', (lock) => writeFileSync(lock, recordOf(lock, 4711))],
    ['may have had it, since the lock is empty', '.lock of', (lock) => writeFileSync(lock, '')],
  ] satisfies [string, string, (lock: string) => void][])(
    'and %s writes nothing more into it, and says why',
    async (_, why, lose) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const { workspace, directory, projectId, logged } = await start()
      const rename = (name: string) => workspace.change((tx) => updateProject(tx, projectId, { name }))
      await rename('mine')
      lose(join(directory, '.lock'))
      const journal = readFileSync(newestSegment(directory), 'utf8')
      await vi.advanceTimersByTimeAsync(5_000)
      await expect.poll(() => logged.length).toBeGreaterThan(0)
      const files = documentsIn(directory)
      await expect(rename('lost')).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining(why),
      })
      expect(workspace.unavailable()).toContain(why)
      expect(documentsIn(directory)).toEqual(files)
      expect(readFileSync(newestSegment(directory), 'utf8').startsWith(journal)).toBe(true)
      expect(readFileSync(newestSegment(directory), 'utf8')).not.toContain('"lost"')
    },
  )
})

describe('a file that is no document', () => {
  it('is set aside under a name that tells when, with its reason', async () => {
    const { directory, projectId } = await start()
    const crashed = afterCrash(directory)
    const path = join(crashed, 'projects', `${projectId}.json`)
    writeFileSync(path, '{"id":"proj_')
    const again = await openIn(crashed)
    const [aside = ''] = readdirSync(join(crashed, 'projects')).filter((name) => name.includes('.corrupt-'))
    expect(aside).toMatch(new RegExp(`^${projectId}\\.json\\.corrupt-\\d{13}$`))
    expect(readFileSync(join(crashed, 'projects', aside), 'utf8')).toBe('{"id":"proj_')
    expect(again.workspace.status().quarantined).toEqual([
      { file: `projects/${aside}`, reason: expect.stringContaining('JSON') },
    ])
    expect(again.logged).toMatchObject([{ details: { file: join(crashed, 'projects', aside) } }])
    expect(existsSync(path)).toBe(false)
  })

  it('does not keep the others from being served, be it a folder, a link to nothing, or not to be moved', async () => {
    const { directory, workspace } = await start()
    const crashed = afterCrash(directory)
    mkdirSync(join(crashed, 'projects', 'folder.json'))
    symlinkSync(join(crashed, 'nowhere'), join(crashed, 'projects', 'link.json'))
    symlinkSync(crashed, join(crashed, 'projects', 'linked-folder.json'))
    writeFileSync(join(crashed, 'tasks', 'stray.json'), '{}')
    writeFileSync(join(crashed, 'stray.json'), '{}')
    writeFileSync(join(crashed, 'projects', 'a b.json'), '{}')
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    expect(existsSync(join(crashed, 'projects', 'folder.json'))).toBe(true)

    const stubborn = filesIn(afterCrash(crashed))
    stubborn.quarantine = () => {
      throw new Error('EPERM')
    }
    writeFileSync(join(String(stubborn.options?.directory), 'projects', 'bad.json'), '{')
    const opened = await open(stubborn)
    expect(await everything(opened.workspace)).toEqual(await everything(workspace))
    await opened.workspace.close()
  })
})

describe('what is no document', () => {
  const refused: [key: string, value: string][] = [
    ['projects:x', 'not JSON'],
    ['projects:x', '{"id":"x"}\n{"id":"y"}'],
    ['stray', '{}'],
    ['tasks:x', '{}'],
    ['projects:a:b', '{}'],
    ['other:x', '{}'],
    ['projects:..', '{}'],
    ['projects:a b', '{}'],
    ['projects:x$', '{}'],
  ]
  it.each(refused)('does not get in, and stops nothing: %j %j', async (key, value) => {
    const { workspace, driver, directory, projectId } = await start()
    const before = await everything(workspace)
    const storage = createStorage({ driver: driver })
    await expect(storage.setItemRaw(key, value)).rejects.toThrow()
    await storage.removeItem('no:such:key')
    expect(await storage.getItem('no:such:key')).toBe(null)
    expect(await storage.getMeta(`projects:${projectId}`)).toEqual({})
    await workspace.change((tx) => updateProject(tx, projectId, {}))
    await workspace.flush()
    expect(Object.keys(byKey(directory))).toEqual(expect.arrayContaining(Object.keys(before)))
    expect(Object.keys(byKey(directory))).toHaveLength(Object.keys(before).length)
    expect(Object.keys(await everything((await openIn(afterCrash(directory))).workspace))).toEqual(
      Object.keys(before),
    )
  })
})

describe('the journal', () => {
  const sizeOf = (directory: string) =>
    segmentsOf(directory)
      .map((name) => readFileSync(join(directory, '.wal', name)).length)
      .reduce((sum, size) => sum + size, 0)

  it('grows by what is new: the thousandth entry of a history costs what the hundredth did', async () => {
    const { workspace, directory, sessionId } = await start()
    const sizes = [sizeOf(directory)]
    for (let hundred = 1; hundred <= 10; hundred++) {
      for (let n = 0; n < 100; n++)
        await workspace.change((tx) =>
          addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(100) }),
        )
      await workspace.flush()
      sizes.push(sizeOf(directory))
    }
    const costs = sizes.slice(1).map((size, index) => size - (sizes[index] ?? 0))
    expect(costs.at(-1)).toBeLessThan(1.5 * (costs[1] ?? 0))
    const again = await openIn(afterCrash(directory))
    expect((await session(again.workspace, sessionId)).events).toHaveLength(1000)
  })

  it('lets go of what is in the files and of old events, but keeps the last ten thousand', async () => {
    const { workspace, directory, projectId } = await start()
    const description = 'x'.repeat(1500)
    const [oldest = ''] = segmentsOf(directory)
    for (let thousand = 0; segmentsOf(directory).includes(oldest); thousand++) {
      expect(thousand).toBeLessThan(20)
      const changes = Array.from({ length: 1000 }, () =>
        workspace.change((tx) => updateProject(tx, projectId, { description })),
      )
      await Promise.all(changes)
      await workspace.flush()
    }
    const last = workspace.lastEvent()
    expect(await workspace.eventsSince(last - 10_000)).toHaveLength(10_000)
    expect(await workspace.eventsSince(0)).toBe(undefined)
    const again = await openIn(afterCrash(directory))
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    expect(again.workspace.lastEvent()).toBe(last)
    expect(await again.workspace.eventsSince(last - 10_000)).toHaveLength(10_000)
  })
})
