/** What a developer has after the server was killed: everything acknowledged, whatever the journal looks like. */

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recoverJournal } from '../../storage/drivers/files/recovery'
import { atOnce } from '../../storage/others-turn'
import { createProject, updateProject } from '../../storage/rules/projects'
import { createSession, deleteSession } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import { scaled, someOf } from '../random'
import { afterCrash, filledDirectory, newestSegment, openIn, temporaryDirectory } from './directory'
import { everything } from './open'
import { machine } from './sample-data'

const noise = fc.uint8Array({ minLength: 1, maxLength: 200 })

describe('the last line of the journal, torn', () => {
  it('counts from its first byte to its last as all or nothing', async () => {
    // As little as can be, since it is read once for every byte.
    const directory = temporaryDirectory()
    const { workspace } = await openIn(directory)
    const projectId = await workspace.change(
      (tx) => createProject(tx, { name: 'é "quoted" \u2028 🎼' }, '/').id,
    )
    const taskIds = [await workspace.change((tx) => createTask(tx, { projectId, title: 'é \u2028 🎼' }).id)]
    const sessionId = await workspace.change(
      (tx) => atOnce(createSession(tx, { projectId, taskIds }, machine)).id,
    )
    await workspace.flush()
    const before = await everything(workspace)
    const path = newestSegment(directory)
    const begin = statSync(path).size
    await workspace.change((tx) => deleteSession(tx, sessionId))
    const after = await everything(workspace)
    const crashed = afterCrash(directory)
    const torn = newestSegment(crashed)
    const line = readFileSync(torn).subarray(begin)
    expect(line.indexOf('\n')).toBe(line.length - 1)

    const damaged: object[] = []
    const cuts = someOf('cuts of the last line', [...line.keys()], 100)
    for (const cut of new Set([line.length, line.length - 1, ...cuts.toReversed()])) {
      truncateSync(torn, begin + cut)
      const { changes } = recoverJournal(join(crashed, '.wal'), (damage) => damaged.push(damage))
      expect(changes.size > 0, `cut after ${cut} bytes`).toBe(cut === line.length)
      if (cut % 17 !== 0 && cut < line.length - 1) continue
      const { workspace, logged } = await openIn(afterCrash(crashed))
      expect(await everything(workspace)).toEqual(cut === line.length ? after : before)
      expect(logged).toEqual([])
    }
    expect(damaged).toEqual([])
  })

  it('takes nothing from what is written after it', async () => {
    const { directory, projectId } = await filledDirectory()
    const crashed = afterCrash(directory)
    appendFileSync(newestSegment(crashed), '0badc0de B 99 99 {"put":{"projects:')
    const { workspace } = await openIn(crashed)
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'after' }))
    const again = await openIn(afterCrash(crashed))
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
  })
})

describe('a journal in disorder', () => {
  it('with any noise at its end costs nothing', async () => {
    const { directory, workspace, projectId } = await filledDirectory()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const expected = await everything(workspace)
    const crashed = afterCrash(directory)
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        const copy = afterCrash(crashed)
        appendFileSync(newestSegment(copy), bytes)
        expect(await everything((await openIn(copy)).workspace)).toEqual(expected)
      }),
      { numRuns: scaled(10) },
    )
  })

  it('with a damaged line in the middle costs that line and no more, and its place is logged', async () => {
    const { directory, workspace, projectId } = await filledDirectory()
    const path = newestSegment(directory)
    const begin = statSync(path).size
    await workspace.change((tx) => createProject(tx, { name: 'damaged' }, '/'))
    const end = statSync(path).size
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const crashed = afterCrash(directory)
    const bytes = readFileSync(newestSegment(crashed))
    bytes.writeUInt8(0x07, Math.floor((begin + end) / 2))
    const damaged = newestSegment(crashed)
    writeFileSync(damaged, bytes)

    const again = await openIn(crashed)
    const projects = await again.workspace.read((documents) =>
      documents.list('projects').map((one) => one.read()),
    )
    expect(projects.map(({ name }) => name)).toEqual(['acknowledged'])
    expect(again.logged).toMatchObject([
      {
        details: { file: damaged, line: expect.any(Number) },
        message: expect.stringMatching(/damaged/),
      },
    ])
    expect(await again.workspace.eventsSince(0)).toBe(undefined)
  })

  it('with empty files and files of others in it costs nothing', async () => {
    const { directory, workspace } = await filledDirectory()
    const expected = await everything(workspace)
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, '.wal', '000000000999-000000000999.log'), '')
    writeFileSync(join(crashed, '.wal', '000000001000-000000001000.log'), '\n\n')
    writeFileSync(join(crashed, '.wal', 'notes.txt'), 'mine')
    mkdirSync(join(crashed, '.wal', 'folder'))
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(expected)
    await again.workspace.change((tx) => createProject(tx, { name: 'after' }, '/'))
    expect(Object.keys(await everything((await openIn(afterCrash(crashed))).workspace))).toHaveLength(
      Object.keys(expected).length + 1,
    )
  })

  it('or gone, costs the events and no document', async () => {
    const { directory, workspace } = await filledDirectory()
    const crashed = afterCrash(directory)
    rmSync(join(crashed, '.wal'), { recursive: true })
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.change((tx) => createProject(tx, { name: 'after' }, '/'))
    expect(again.published).toMatchObject([{ number: 1 }])
  })
})
