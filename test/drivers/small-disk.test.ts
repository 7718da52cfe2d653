/** A real disk that is full: nothing acknowledged is lost, nothing refused is kept, and it passes. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProject } from '../../storage/rules/projects'
import { createTask } from '../../storage/rules/tasks'
import { afterCrash, documentsIn, openIn, temporaryDirectory } from './directory'
import { everything } from './open'

const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

const canMount = (() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const directory = mkdtempSync(join(tmpdir(), 'maestro-mount-'))
  const mounted = run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'maestro-test', directory)
  if (mounted) run('umount', directory)
  rmSync(directory, { recursive: true })
  return mounted
})()

/** A disk of one mebibyte, a quarter of it taken by a file that can go. */
const smallDisk = () => {
  const parent = temporaryDirectory()
  const disk = join(parent, 'disk')
  mkdirSync(disk)
  if (!run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'maestro-test', disk)) throw new Error('mount failed')
  onTestFinished(() => void run('umount', '-l', disk))
  const ballast = join(disk, 'ballast')
  writeFileSync(ballast, Buffer.alloc(256 * 1024))
  return {
    directory: join(disk, 'data'),
    makeRoom: () => rmSync(ballast),
  }
}

const start = async (directory: string) => {
  const { workspace } = await openIn(directory)
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  const create = () => workspace.change((tx) => createTask(tx, { projectId, title: 'x'.repeat(400) }).id)
  return { workspace, create }
}

const unavailable = { code: 'STORAGE_UNAVAILABLE', status: 503 }

describe.skipIf(!canMount)('a disk of one mebibyte (which only root can mount)', () => {
  it('fills up: changes are refused until there is room, and what was acknowledged is all there', async () => {
    const { directory, makeRoom } = smallDisk()
    const { workspace, create } = await start(directory)
    let refusal: unknown
    const acknowledged: string[] = []
    for (let round = 0; round < 3000 && !refusal; round++) {
      await create().then(
        (id) => acknowledged.push(id),
        (error) => {
          refusal = error
        },
      )
      if (round % 10 === 0) await workspace.flush().catch(() => undefined)
    }
    expect(refusal).toMatchObject(unavailable)
    await expect(create()).rejects.toMatchObject(unavailable)
    const held = await everything(workspace)
    expect(Object.keys(held)).toHaveLength(1 + acknowledged.length)
    expect(await everything((await openIn(afterCrash(directory))).workspace)).toEqual(held)

    makeRoom()
    await expect.poll(() => create().then(() => 'created', String), { timeout: 10_000 }).toBe('created')
    await workspace.flush()
    expect(Object.keys(documentsIn(directory))).toHaveLength(2 + acknowledged.length)
    expect(readdirSync(join(directory, '.writing'))).toEqual([])
    expect(await everything((await openIn(afterCrash(directory))).workspace)).toEqual(
      await everything(workspace),
    )
  })
})
