/** A long session: its file follows less often, and the journal takes no more of it than what is new. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession, updateSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { afterCrash, type Durability, filesIn, temporaryDirectory } from './directory'
import { faults } from './faulty-disk'
import { everything, open } from './open'
import { machine } from './sample-data'

vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))

const entries = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ type: 'progress' as const, message: `${n} `.repeat(30) }))

const fill = async (workspace: Workspace) => {
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'long' }, machine))
  for (let n = 0; n < 4; n++)
    await workspace.change((tx) => updateSession(tx, 'long', { timeline: entries(1000) }))
  return projectId
}
const append = (workspace: Workspace, data: string) =>
  workspace.change((tx) => addSessionEvent(tx, 'long', { type: 'x', data }))
const journalBytes = (directory: string) =>
  readdirSync(join(directory, '.wal')).reduce(
    (sum, name) => sum + statSync(join(directory, '.wal', name)).size,
    0,
  )
const fileOf = (directory: string) => join(directory, 'sessions', 'long.json')

describe.each<Durability>(['process', 'strict'])('a long session (%s)', (durability) => {
  it('is journaled by what is new, also after a checkpoint and after a restart', async () => {
    const directory = temporaryDirectory()
    const first = await open(filesIn(directory, durability))
    await fill(first.workspace)
    await first.workspace.flush()
    const before = journalBytes(directory)
    await append(first.workspace, 'one')
    await first.workspace.close()
    const second = await open(filesIn(directory, durability))
    // Until its file is known to be on the disk.
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    await append(second.workspace, 'two')
    expect(journalBytes(directory) - before).toBeLessThan(10_000)
    expect(statSync(fileOf(directory)).size).toBeGreaterThan(256 * 1024)
    const expected = await everything(second.workspace)
    const again = await open(filesIn(afterCrash(directory), durability))
    expect(await everything(again.workspace)).toEqual(expected)
    expect(again.logged).toEqual([])
    await again.workspace.close()
    await second.workspace.close()
    expect(readFileSync(fileOf(directory), 'utf8')).toBe(
      `${JSON.stringify(expected['sessions:long'], null, 2)}\n`,
    )
  })

  it('does not hold up the files of others, nor get lost with a checkpoint that they make', async () => {
    const directory = temporaryDirectory()
    const { workspace } = await open(filesIn(directory, durability))
    const projectId = await fill(workspace)
    await workspace.flush()
    const size = statSync(fileOf(directory)).size
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await append(workspace, 'not in its file yet')
      await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'short' }, machine))
      await vi.advanceTimersByTimeAsync(100)
      expect(readdirSync(join(directory, 'sessions'))).toContain('short.json')
      expect(statSync(fileOf(directory)).size).toBe(size)
      const expected = await everything(workspace)
      const again = await open(filesIn(afterCrash(directory), durability))
      expect(await everything(again.workspace)).toEqual(expected)
      await vi.advanceTimersByTimeAsync(1000)
      expect(statSync(fileOf(directory)).size).toBeGreaterThan(size)
    } finally {
      vi.useRealTimers()
    }
    await workspace.close()
  })

  it('is written again where the disk was full', async () => {
    const directory = temporaryDirectory()
    const { workspace } = await open(filesIn(directory, durability))
    await fill(workspace)
    faults.full = (path) => path.includes('.writing')
    await expect(workspace.flush()).rejects.toThrow('ENOSPC')
    faults.full = () => false
    await workspace.flush()
    expect(JSON.parse(readFileSync(fileOf(directory), 'utf8'))).toEqual(
      (await everything(workspace))['sessions:long'],
    )
    expect(readdirSync(join(directory, '.writing'))).toEqual([])
    await workspace.close()
  })
})
