/** Others on the machine must not read what a workspace holds, whatever the umask of who started the server. */

import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileManifests } from '../../local-dev/manifests/manifests'
import { openSpawnNotes } from '../../local-dev/manifests/spawn-notes'
import { createLog } from '../../local-dev/server/log'
import { lockDirectory } from '../../storage/drivers/files/lock'
import { detachNewestSegment } from '../../storage/drivers/files/segments'
import { updateProject } from '../../storage/rules/projects'
import { type Durability, openIn, temporaryDirectory } from './directory'
import { fillWorkspace } from './sample-data'

let umask: number
beforeEach(() => {
  umask = process.umask(0)
})
afterEach(() => void process.umask(umask))

/** The mode of everything below a folder, by its path, as in `chmod`. */
const modesIn = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
      const found = statSync(join(directory, name))
      return [name, (found.mode & 0o777).toString(8)]
    }),
  )

const expectPrivate = (directory: string) => {
  const modes = modesIn(directory)
  expect(Object.keys(modes).length).toBeGreaterThan(0)
  for (const [name, mode] of Object.entries(modes))
    expect({ name, mode }).toEqual({
      name,
      mode: statSync(join(directory, name)).isDirectory() ? '700' : '600',
    })
}

describe.each<Durability>(['process', 'strict'])('a data directory, %s', (durability) => {
  it('is its owner’s alone: documents, journal and lock', async () => {
    const root = temporaryDirectory()
    const { workspace } = await openIn(join(root, 'made', 'data'), durability)
    await fillWorkspace(workspace)
    await workspace.flush()
    detachNewestSegment(join(root, 'made', 'data', '.wal'))
    expectPrivate(root)
  })

  it('that was opened to others stays so, and what is new in it is its owner’s', async () => {
    const root = temporaryDirectory()
    const first = await openIn(root, durability)
    const { projectId } = await fillWorkspace(first.workspace)
    await first.workspace.close()
    const path = join('projects', `${projectId}.json`)
    chmodSync(root, 0o750)
    chmodSync(join(root, 'projects'), 0o755)
    chmodSync(join(root, path), 0o664)
    const { workspace } = await openIn(root, durability)
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'now' }))
    const later = await fillWorkspace(workspace)
    await workspace.flush()
    expect((statSync(root).mode & 0o777).toString(8)).toBe('750')
    expect(modesIn(root)).toMatchObject({
      projects: '755',
      [path]: '664',
      [join('projects', `${later.projectId}.json`)]: '600',
      [join('tasks', later.projectId)]: '700',
    })
  })
})

describe('what else a server writes', () => {
  it('is its owner’s alone: manifests, notes, log and lock', async () => {
    const root = temporaryDirectory()
    const directory = join(root, 'new', 'sessions')
    for (const strict of [true, false]) {
      const notes = openSpawnNotes(join(root, '.spawning'), directory)
      const manifests = fileManifests({ directory, strict, notes })
      manifests.begin?.(`sess_${strict}`)
      await manifests.write(`sess_${strict}`, Object.create(null))
    }
    createLog({ logLevel: 'info', logFormat: 'json', logFile: join(root, 'logs', 'new', 'server.log') })
    lockDirectory(join(root, 'locked')).release()
    expectPrivate(root)
  })

  it('keeps the mode of a log that is there', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'logs'), { mode: 0o755 })
    const logFile = join(root, 'logs', 'server.log')
    writeFileSync(logFile, '', { mode: 0o640 })
    createLog({ logLevel: 'info', logFormat: 'json', logFile })
    expect(modesIn(root)).toEqual({ logs: '755', 'logs/server.log': '640' })
  })
})
