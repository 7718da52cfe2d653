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
import { parseTrusted } from '../../schemas/json-text'
import { recoverJournal } from '../../storage/drivers/files/recovery'
import { createProject, updateProject } from '../../storage/rules/projects'
import { addSessionEvent, deleteSession } from '../../storage/rules/sessions'
import { scaled } from '../random'
import { afterCrash, documentsIn, newestSegment, openIn, segmentsOf, temporaryDirectory } from './directory'
import { everything, type Opened } from './open'
import { fillWorkspace, session } from './sample-data'

/** A directory whose files are current, with the ids of what is in it. */
const start = async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const ids = await fillWorkspace(workspace)
  await workspace.flush()
  return { directory, workspace, ...ids }
}

const restarted = (directory: string): Promise<Opened> => openIn(directory)

const noise = fc.uint8Array({ minLength: 1, maxLength: 200 })

describe('the last line of the journal, torn', () => {
  it('counts from its first byte to its last as all or nothing', async () => {
    const { directory, workspace, sessionId } = await start()
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
    for (let cut = line.length; cut >= 0; cut--) {
      truncateSync(torn, begin + cut)
      const { changes } = recoverJournal(join(crashed, '.journal'), (damage) => damaged.push(damage))
      expect(changes.size > 0, `cut after ${cut} bytes`).toBe(cut === line.length)
      if (cut % 97 !== 0 && cut !== line.length - 1) continue
      const { workspace, logged } = await restarted(afterCrash(crashed))
      expect(await everything(workspace)).toEqual(cut === line.length ? after : before)
      expect(logged).toEqual([])
    }
    expect(damaged).toEqual([])
  })

  it('takes nothing from what is written after it', async () => {
    const { directory, projectId } = await start()
    const crashed = afterCrash(directory)
    appendFileSync(newestSegment(crashed), '0badc0de B 99 99 {"put":{"projects:')
    const { workspace } = await restarted(crashed)
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'after' }))
    const again = await restarted(afterCrash(crashed))
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
  })
})

describe('a journal in disorder', () => {
  it('with any noise at its end costs nothing', async () => {
    const { directory, workspace, projectId } = await start()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const expected = await everything(workspace)
    const crashed = afterCrash(directory)
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        const copy = afterCrash(crashed)
        appendFileSync(newestSegment(copy), bytes)
        expect(await everything((await restarted(copy)).workspace)).toEqual(expected)
      }),
      { numRuns: scaled(30) },
    )
  })

  it('with a damaged line in the middle costs that line and no more, and its place is logged', async () => {
    const { directory, workspace, projectId } = await start()
    const path = newestSegment(directory)
    const begin = statSync(path).size
    await workspace.change((tx) => createProject(tx, { name: 'damaged' }, '/'))
    const end = statSync(path).size
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const crashed = afterCrash(directory)
    const bytes = readFileSync(newestSegment(crashed))
    bytes.writeUInt8(0x07, Math.floor((begin + end) / 2))
    writeFileSync(newestSegment(crashed), bytes)

    const again = await restarted(crashed)
    const projects = await again.workspace.read((documents) =>
      documents.list('projects').map((one) => one.read()),
    )
    expect(projects.map(({ name }) => name)).toEqual(['acknowledged'])
    expect(again.logged).toMatchObject([
      {
        details: { file: newestSegment(crashed), line: expect.any(Number) },
        message: expect.stringMatching(/damaged/),
      },
    ])
    expect(await again.workspace.eventsSince(0)).toBe(undefined)
  })

  it('with empty files and files of others in it costs nothing', async () => {
    const { directory, workspace } = await start()
    const expected = await everything(workspace)
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, '.journal', '000000000999-000000000999.log'), '')
    writeFileSync(join(crashed, '.journal', '000000001000-000000001000.log'), '\n\n')
    writeFileSync(join(crashed, '.journal', 'notes.txt'), 'mine')
    mkdirSync(join(crashed, '.journal', 'folder'))
    const again = await restarted(crashed)
    expect(await everything(again.workspace)).toEqual(expected)
    await again.workspace.change((tx) => createProject(tx, { name: 'after' }, '/'))
    expect(Object.keys(await everything((await restarted(afterCrash(crashed))).workspace))).toHaveLength(
      Object.keys(expected).length + 1,
    )
  })

  it('or gone, costs the events and no document', async () => {
    const { directory, workspace } = await start()
    const crashed = afterCrash(directory)
    rmSync(join(crashed, '.journal'), { recursive: true })
    const again = await restarted(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.change((tx) => createProject(tx, { name: 'after' }, '/'))
    expect(again.published).toMatchObject([{ number: 1 }])
  })
})

describe('files that are behind the journal, or ahead of it', () => {
  it('are completed when a crash came before they were written', async () => {
    const { directory, workspace, projectId, sessionId } = await start()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    await workspace.change((tx) => deleteSession(tx, sessionId))
    const crashed = afterCrash(directory)
    expect(documentsIn(crashed)).not.toMatchObject({
      [`projects/${projectId}.json`]: { name: 'acknowledged' },
    })
    const again = await restarted(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.flush()
    await workspace.flush()
    expect(documentsIn(crashed)).toEqual(documentsIn(directory))
  })

  it('are as they were when a crash came between writing them and the checkpoint', async () => {
    const { directory, workspace, sessionId } = await start()
    for (let round = 0; round < 30; round++)
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(300) }))
    const before = statSync(newestSegment(directory)).size
    await workspace.flush()
    const crashed = afterCrash(directory)
    expect(statSync(newestSegment(crashed)).size).toBeGreaterThan(before)
    truncateSync(newestSegment(crashed), before)
    const again = await restarted(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.flush()
    expect(documentsIn(crashed)).toEqual(documentsIn(directory))
  })

  it('are restored where one is missing that the journal has whole', async () => {
    const { directory, workspace, projectId } = await start()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const crashed = afterCrash(directory)
    rmSync(join(crashed, 'projects'), { recursive: true })
    expect(await everything((await restarted(crashed)).workspace)).toEqual(await everything(workspace))
  })

  it('are set aside where one is corrupt of which the journal has only an append delta, and no more', async () => {
    const { directory, workspace, sessionId } = await start()
    const add = (data: string) =>
      workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: data.repeat(300) }))
    for (const data of [...'abcdefghijklmnopqrst']) await add(data)
    await workspace.flush()
    await add('u')
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, 'sessions', `${sessionId}.json`), '{"id":')
    const again = await restarted(crashed)
    const { events, name } = await session(again.workspace, sessionId)
    expect({ name, events: events.length }).toEqual({ name: 'Unnamed Session', events: 1 })
    expect(again.workspace.status().quarantined).toMatchObject([
      { file: expect.stringContaining(`${sessionId}.json.corrupt-`) },
    ])
  })

  it('keep what was edited by hand while the server was down', async () => {
    const { directory, projectId, sessionId } = await start()
    const crashed = afterCrash(directory)
    const path = join(crashed, 'projects', `${projectId}.json`)
    writeFileSync(path, JSON.stringify({ ...parseTrusted(readFileSync(path, 'utf8')), name: 'by hand' }))
    rmSync(join(crashed, 'sessions', `${sessionId}.json`))
    const again = await restarted(crashed)
    const found = await everything(again.workspace)
    expect(found[`projects:${projectId}`]).toMatchObject({ name: 'by hand' })
    expect(found).not.toHaveProperty(`sessions:${sessionId}`)
  })
})

describe('a machine that lost power', () => {
  it.each([
    ['empty', ''],
    ['full of zeros', '\0'.repeat(300)],
  ])('has what was in a file that it left %s', async (_, content) => {
    const { directory, workspace, projectId, sessionId } = await start()
    const before = await everything(workspace)
    const crashed = afterCrash(directory)
    const paths = [`projects/${projectId}.json`, `sessions/${sessionId}.json`]
    for (const path of paths) writeFileSync(join(crashed, path), content)
    const again = await restarted(crashed)
    expect(await everything(again.workspace)).toEqual(before)
    await again.workspace.flush()
    for (const path of paths) expect(JSON.parse(readFileSync(join(crashed, path), 'utf8'))).toBeTruthy()
  })

  it('sets a file aside that is empty, and of which nothing is known', async () => {
    const { directory } = await start()
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, 'projects', 'proj_unknown.json'), '')
    const { logged } = await restarted(crashed)
    expect(JSON.stringify(logged)).toContain('proj_unknown.json.corrupt-')
  })
})

describe('a server that is killed again and again', () => {
  it('has everything, at whatever moment it is killed', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      fc.constantFrom('\ud800', 'a\nb', '\u2028', '\u0000', '"', '__proto__'),
    )
    const step = fc.oneof(
      // A blank name is no name, and gets past no request.
      fc.record({ do: fc.constant('rename' as const), name: anyText.map((text) => `n${text}`) }),
      fc.record({ do: fc.constant('grow' as const), size: fc.nat(3000) }),
      fc.record({
        do: fc.constantFrom('create' as const, 'delete' as const, 'flush' as const, 'crash' as const),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let { directory, workspace, projectId, sessionId }: Awaited<ReturnType<typeof start>> = await start()
        for (const next of steps) {
          if (next.do === 'flush') await workspace.flush()
          else if (next.do === 'crash') {
            const before = await everything(workspace)
            directory = afterCrash(directory)
            workspace = (await restarted(directory)).workspace
            expect(await everything(workspace)).toEqual(before)
          } else
            await workspace.change((tx) => {
              if (next.do === 'rename') updateProject(tx, projectId, { name: next.name })
              if (next.do === 'create') createProject(tx, { name: 'another' }, '/')
              if (next.do === 'grow')
                addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(next.size) })
              const last = tx.list('projects').at(-1)
              if (next.do === 'delete' && last && last.id !== projectId) tx.remove('projects', last.id)
            })
        }
        expect(segmentsOf(directory).length).toBeLessThanOrEqual(2 + steps.length)
      }),
      { numRuns: scaled(25) },
    )
  })
})
