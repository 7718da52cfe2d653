/** Folders of a running server are moved, deleted and put back: nothing is written for nobody, and it goes on when it can. */

import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createProject, updateProject } from '../../storage/rules/projects'
import { addSessionEvent } from '../../storage/rules/sessions'
import { nextTurn } from './controlled'
import {
  afterCrash,
  type Durability,
  newestSegment,
  openIn,
  segmentsOf,
  temporaryDirectory,
} from './directory'
import { everything } from './open'
import { fillWorkspace } from './sample-data'

const start = async (durability?: Durability) => {
  const directory = join(temporaryDirectory(), 'data')
  const opened = await openIn(directory, durability)
  const { workspace } = opened
  const ids = await fillWorkspace(workspace)
  await workspace.flush()
  const rename = (name: string) => workspace.change((tx) => updateProject(tx, ids.projectId, { name }))
  const away = `${directory}.away`
  const recovered = async () => everything((await openIn(afterCrash(directory))).workspace)
  return { ...opened, ...ids, directory, away, rename, recovered }
}

const refusal = (why: string) => ({ code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining(why) })

describe.each<Durability>(['process', 'strict'])('a data directory that is away, %s', (durability) => {
  it('takes no change, is not begun anew, and goes on when it is back', async () => {
    const { workspace, directory, away, rename, recovered } = await start(durability)
    await rename('acknowledged')
    renameSync(directory, away)
    for (let n = 0; n < 3; n++) await expect(rename('lost')).rejects.toMatchObject(refusal('.lock of'))
    await workspace.flush().catch(() => undefined)
    expect(workspace.unavailable()).toContain('.lock of')
    expect(existsSync(directory)).toBe(false)
    renameSync(away, directory)
    await workspace.flush()
    expect(workspace.unavailable()).toBeUndefined()
    const before = await everything(workspace)
    expect(JSON.stringify(before)).toContain('acknowledged')
    expect(await recovered()).toEqual(before)
    await rename('again')
    expect(await recovered()).toEqual(await everything(workspace))
  })

  it('keeps nothing of what was under way when it went', async () => {
    const { workspace, directory, away, rename, recovered } = await start(durability)
    const underWay = rename('under way')
    await nextTurn()
    renameSync(directory, away)
    await underWay.catch(() => undefined)
    await workspace.flush().catch(() => undefined)
    renameSync(away, directory)
    expect(await recovered()).toEqual(await everything(workspace))
    await workspace.flush()
    await workspace.change((tx) => createProject(tx, { name: 'next' }, '/'))
    expect(await recovered()).toEqual(await everything(workspace))
  })

  it('goes on as a copy of itself, and not as an older one', async () => {
    const { workspace, directory, away, rename, recovered } = await start(durability)
    const copy = (from: string, to: string) => cpSync(from, to, { recursive: true, preserveTimestamps: true })
    copy(directory, away)
    await rename('newer than the copy')
    await workspace.flush()
    const moved = `${directory}.moved`
    renameSync(directory, moved)
    copy(away, directory)
    await expect(rename('lost')).rejects.toMatchObject(refusal('not as this server left it'))
    rmSync(directory, { recursive: true })
    copy(moved, directory)
    await nextTurn()
    await rename('in the copy')
    expect(await recovered()).toEqual(await everything(workspace))
  })

  it('stays lost once another server has had it', async () => {
    const { workspace, directory, away, rename } = await start(durability)
    renameSync(directory, away)
    await expect(rename('lost')).rejects.toMatchObject(refusal('.lock of'))
    const lock = join(away, '.lock')
    const own = readFileSync(lock, 'utf8')
    writeFileSync(lock, JSON.stringify({ ...Object(JSON.parse(own)), id: randomUUID(), pid: 4711 }))
    renameSync(away, directory)
    await nextTurn()
    await expect(rename('lost')).rejects.toMatchObject(refusal('process 4711'))
    writeFileSync(join(directory, '.lock'), own)
    await expect(rename('lost')).rejects.toMatchObject(refusal('process 4711'))
    expect(workspace.unavailable()).toContain('process 4711')
    expect(readFileSync(newestSegment(directory), 'utf8')).not.toContain('"lost"')
  })
})

describe.each<Durability>(['process', 'strict'])('a journal that somebody deletes, %s', (durability) => {
  afterEach(() => void vi.useRealTimers())

  it('begins anew, with what is not in the files yet', async () => {
    const { workspace, directory, projectId, sessionId, rename, recovered, logged } = await start(durability)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const events = workspace.lastEvent()
    for (let round = 1; round <= 2; round++) {
      await rename(`only in the journal ${round}`)
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: `of round ${round}` }))
      rmSync(join(directory, '.wal'), { recursive: true })
      const deleted = workspace.lastEvent()
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'after it' }))
      expect(logged).toHaveLength(round)
      expect(await recovered()).toEqual(await everything(workspace))
      expect(await workspace.eventsSince(events)).toBeUndefined()
      expect(await workspace.eventsSince(deleted)).toHaveLength(1)
    }
    vi.useRealTimers()
    await workspace.flush()
    expect(await recovered()).toEqual(await everything(workspace))
    expect(await recovered()).toMatchObject({ [`projects:${projectId}`]: { name: 'only in the journal 2' } })
  })

  it('refuses changes where only the newest part of it is gone', async () => {
    const { workspace, directory } = await start(durability)
    await workspace.close()
    const again = await openIn(directory, durability)
    const change = (name: string) => again.workspace.change((tx) => createProject(tx, { name }, '/'))
    await change('first')
    expect(segmentsOf(directory).length).toBeGreaterThan(1)
    rmSync(newestSegment(directory))
    await expect(change('lost')).rejects.toMatchObject(refusal('not as this server left it'))
  })
})
