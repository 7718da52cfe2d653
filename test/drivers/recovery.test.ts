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
import { atOnce } from '../../storage/others-turn'
import { createProject, updateProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession, deleteSession } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import { importDocuments } from '../../storage/rules/transfer'
import type { Transaction } from '../../storage/transaction'
import { anyText } from '../any-text'
import { scaled, someOf } from '../random'
import { afterCrash, documentsIn, newestSegment, openIn, segmentsOf, temporaryDirectory } from './directory'
import { everything, type Opened } from './open'
import { fillWorkspace, machine, session } from './sample-data'

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
      { numRuns: scaled(10) },
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
    const damaged = newestSegment(crashed)
    writeFileSync(damaged, bytes)

    const again = await restarted(crashed)
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
    const { directory, workspace } = await start()
    const expected = await everything(workspace)
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, '.wal', '000000000999-000000000999.log'), '')
    writeFileSync(join(crashed, '.wal', '000000001000-000000001000.log'), '\n\n')
    writeFileSync(join(crashed, '.wal', 'notes.txt'), 'mine')
    mkdirSync(join(crashed, '.wal', 'folder'))
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
    rmSync(join(crashed, '.wal'), { recursive: true })
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

  it('are set aside where one is corrupt, and the journal has the whole history', async () => {
    const { directory, workspace, sessionId } = await start()
    const add = (data: string) =>
      workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: data.repeat(300) }))
    for (const data of [...'abcdefghijklmnopqrst']) await add(data)
    await workspace.flush()
    await add('u')
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, 'sessions', `${sessionId}.json`), '{"id":')
    const again = await restarted(crashed)
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
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

/** Imports a session over the one that is there, with another history. */
const overwrite = (tx: Transaction, id: string, fates: readonly string[]) => {
  const { events, ...rest } = tx.entry('sessions', id).read()
  const document = {
    ...rest,
    events: events.flatMap((event, index) => {
      const fate = fates[index % fates.length]
      if (fate === 'dropped') return []
      if (fate === 'changed') return [{ ...event, type: `${event.type}!` }]
      if (fate === 'under one id') return [{ ...event, id: 'evt_one' }]
      return fate === 'doubled' ? [event, event] : [event]
    }),
  }
  importDocuments(tx, [{ key: `sessions:${id}`, document }], { overwrite: true, dryRun: false })
}

describe('a history of many entries', () => {
  const grown = async () => {
    const started = await start()
    const { workspace, sessionId } = started
    const add = (count: number) =>
      workspace.change((tx) => {
        for (let n = 0; n < count; n++)
          addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(100) })
      })
    await add(100)
    await workspace.flush()
    return { ...started, add }
  }

  it('that is replaced by another of the same length does not come back', async () => {
    const { directory, workspace, sessionId, add } = await grown()
    await add(1)
    await workspace.change((tx) => overwrite(tx, sessionId, ['changed']))
    await add(1)
    const again = await restarted(afterCrash(directory))
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
  })

  it('is whole where its file was emptied, though all but its end was written long ago', async () => {
    const { directory, sessionId } = await grown()
    const old = afterCrash(directory)
    rmSync(join(old, '.wal'), { recursive: true })
    const { workspace } = await restarted(old)
    for (let n = 0; n < 3; n++) {
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'late', data: n }))
      await workspace.flush()
    }
    for (const isFlushed of [true, false]) {
      if (!isFlushed)
        await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'last', data: 'x' }))
      const crashed = afterCrash(old)
      writeFileSync(join(crashed, 'sessions', `${sessionId}.json`), '')
      const again = await restarted(crashed)
      expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
      expect(again.workspace.status()).toMatchObject({ quarantined: [], problems: [] })
      expect(again.logged).toHaveLength(1)
    }
  })

  it('whose file is older than what the journal goes on from is whole', async () => {
    const { directory, workspace, sessionId, add } = await grown()
    const path = join('sessions', `${sessionId}.json`)
    const older = readFileSync(join(directory, path), 'utf8')
    await add(5)
    await workspace.flush()
    await add(1)
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, path), older)
    const again = await restarted(crashed)
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
  })

  it.each([
    ['emptied', () => ''],
    ['replaced by one with other entries', (text: string) => text.replaceAll('"turn"', '"torn"')],
  ])('of which the journal has only the end, and whose file was %s, is told as lost', async (_, change) => {
    const { directory, workspace, sessionId, add } = await grown()
    await workspace.flush()
    await add(3)
    const crashed = afterCrash(directory)
    // The journal as it would be without the line that has the whole.
    const lines = readFileSync(newestSegment(crashed), 'utf8').split('\n')
    for (const name of segmentsOf(crashed).slice(0, -1)) rmSync(join(crashed, '.wal', name))
    const rest = lines.filter((line) => !line.includes(`"sessions:${sessionId}":{"id"`))
    expect(rest.length).toBeLessThan(lines.length)
    writeFileSync(newestSegment(crashed), rest.join('\n'))
    const path = join(crashed, 'sessions', `${sessionId}.json`)
    writeFileSync(path, change(readFileSync(path, 'utf8')))

    const { workspace: again, logged } = await restarted(crashed)
    expect((await session(again, sessionId)).events.length).toBeGreaterThanOrEqual(3)
    expect(logged.at(-1)).toMatchObject({
      details: { file: path, reason: expect.stringContaining('of the 100 entries of "events"') },
      message: expect.stringContaining('could not be restored'),
    })
    expect(again.status().problems).toMatchObject([
      { file: `sessions/${sessionId}.json`, reason: expect.stringContaining('lost') },
    ])
  })
})

describe('a server that is killed again and again', () => {
  it('has everything, at whatever moment it is killed', async () => {
    const hostileText = fc.oneof(
      anyText({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('\ud800', 'a\nb', '\u2028', '\u0000', '"', '__proto__'),
    )
    const step = fc.oneof(
      // A blank name is no name, and gets past no request.
      fc.record({ do: fc.constant('rename' as const), name: hostileText.map((text) => `n${text}`) }),
      fc.record({ do: fc.constant('grow' as const), size: fc.nat(3000) }),
      fc.record({
        do: fc.constant('overwrite' as const),
        // What becomes of each event of the history, in turn.
        events: fc.array(fc.constantFrom('kept', 'changed', 'dropped', 'doubled', 'under one id'), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
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
          } else if (next.do === 'overwrite')
            await workspace.change((tx) => overwrite(tx, sessionId, next.events))
          else
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
      { numRuns: scaled(10) },
    )
  })
})
