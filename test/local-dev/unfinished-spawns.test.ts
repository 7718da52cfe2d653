/** A server that dies while it spawns must leave no folder behind, and none of another server's may go. */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../functions/services/log'
import { fileManifests } from '../../local-dev/manifests/manifests'
import { openSpawnNotes } from '../../local-dev/manifests/spawn-notes'
import { removeUnfinishedSpawns, spawnNotesFolder } from '../../local-dev/server/unfinished-spawns'

let root: string
let sessionDir: string
let warnings: number
beforeEach(() => {
  warnings = 0
  root = mkdtempSync(join(tmpdir(), 'maestro-spawns-'))
  sessionDir = join(root, 'sessions')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => void warnings++,
  error: () => undefined,
  child: () => log,
}

/** A server on a data directory of its own, with SESSION_DIR in common. The next one on it knows what is on the disk. */
const serverOn = (name: string, stored = new Set<string>()) => {
  const dataDir = join(root, name)
  mkdirSync(dataDir, { recursive: true })
  const folder = spawnNotesFolder({ databaseType: 'filesystem', dataDir, sessionDir })
  const notes = openSpawnNotes(folder, sessionDir)
  const manifests = fileManifests({ directory: sessionDir, strict: false, notes })
  const spawn = async (id: string, upTo: 'begun' | 'drafted' | 'written' | 'stored' | 'answered') => {
    manifests.begin?.(id)
    if (upTo === 'begun') return
    await manifests.write(id, Object.create(null))
    if (upTo === 'drafted') {
      rmSync(join(sessionDir, id, 'manifest.json'))
      writeFileSync(join(sessionDir, id, '.manifest.json'), '{"half')
    }
    if (upTo === 'stored' || upTo === 'answered') stored.add(id)
    if (upTo === 'answered') manifests.keep?.(id)
  }
  const start = async () => {
    const next = serverOn(name, stored)
    await removeUnfinishedSpawns({
      notes: next.notes,
      sessionDir,
      isStored: async (id) => stored.has(id),
      log,
    })
    return next
  }
  return { spawn, start, stored, manifests, notes, folder, file: join(folder, 'ids.txt') }
}

const folders = () => readdirSync(sessionDir).sort()

it('what belongs to no session goes, and everything of a session stays', async () => {
  const { spawn, start, folder } = serverOn('data')
  for (const upTo of ['begun', 'drafted', 'written', 'stored', 'answered'] as const)
    await spawn(`sess_${upTo}`, upTo)
  writeFileSync(join(sessionDir, 'sess_stored', 'output.log'), 'of the agent')
  writeFileSync(join(sessionDir, 'sess_stored', '.manifest.json'), '{"half')
  await start()
  expect(folders()).toEqual(['sess_answered', 'sess_stored'])
  expect(readdirSync(join(sessionDir, 'sess_stored')).sort()).toEqual(['manifest.json', 'output.log'])
  expect(readdirSync(folder)).toEqual([])
})

it('a spawn that fails leaves nothing either, and one that was deleted keeps its output', async () => {
  const { spawn, start, manifests, folder, stored } = serverOn('data')
  await spawn('sess_failed', 'written')
  await manifests.remove('sess_failed')
  expect(folders()).toEqual([])
  await start()
  expect(readdirSync(folder)).toEqual([])
  await spawn('sess_deleted', 'stored')
  writeFileSync(join(sessionDir, 'sess_deleted', 'output.log'), 'of the agent')
  stored.delete('sess_deleted')
  await start()
  expect(folders()).toEqual(['sess_deleted'])
  expect(readdirSync(join(sessionDir, 'sess_deleted'))).toContain('output.log')
})

it('what another server is spawning in the same directory is not touched', async () => {
  const [one, other] = [serverOn('one'), serverOn('other')]
  await one.spawn('sess_one', 'written')
  await other.spawn('sess_other', 'written')
  await other.spawn('sess_draft', 'drafted')
  mkdirSync(join(sessionDir, 'sess_strange'))
  await one.start()
  expect(folders()).toEqual(['sess_draft', 'sess_other', 'sess_strange'])
})

it('servers on different databases have notes of their own', () => {
  const notesOf = (databaseUrl: string) =>
    spawnNotesFolder({ databaseType: 'postgres', databaseUrl, dataDir: root, sessionDir })
  expect(notesOf('postgres://a:secret@h/one')).not.toBe(notesOf('postgres://a:secret@h/two'))
  expect(notesOf('postgres://a:secret@h/one')).not.toContain('secret')
})

describe('the notes of spawns', () => {
  it('are read where the last one was cut off anywhere, and the one after it counts', async () => {
    const { spawn, notes, file } = serverOn('data')
    for (const upTo of ['answered', 'written'] as const) await spawn(`sess_${upTo}`, upTo)
    const whole = readFileSync(file, 'utf8')
    const endOf = (line: string) => whole.indexOf(line) + line.length
    const [begun, ended] = [endOf('sess_answered begun'), endOf('sess_answered ended')]
    for (let length = whole.length - 1; length >= 0; length--) {
      truncateSync(file, length)
      serverOn('data').notes.begin('sess_next')
      const isOpen = begun <= length && length < ended
      // No piece of an id is taken for one.
      expect(serverOn('data').notes.read()).toEqual([...(isOpen ? ['sess_answered'] : []), 'sess_next'])
      writeFileSync(file, whole)
    }
    expect(notes.read()).toEqual(['sess_written'])
  })

  it('forget a session that was answered, though it is deleted before the next start', async () => {
    const { spawn, start, stored } = serverOn('data')
    await spawn('sess_deleted', 'answered')
    await spawn('sess_cut-off', 'written')
    stored.delete('sess_deleted')
    await start()
    expect(folders()).toEqual(['sess_deleted'])
  })

  it('of earlier versions, an empty file each, are kept to, and go', async () => {
    const { spawn, start, folder, file } = serverOn('data')
    for (const upTo of ['written', 'stored'] as const) {
      await spawn(`sess_${upTo}`, upTo)
      writeFileSync(join(folder, `sess_${upTo}`), '')
    }
    rmSync(file)
    await start()
    expect(folders()).toEqual(['sess_stored'])
    expect(readdirSync(folder)).toEqual([])
  })

  it('do not grow without end, and never lose one that is under way', async () => {
    const { spawn, start, notes, file, folder } = serverOn('data')
    await spawn('sess_first', 'written')
    let largest = 0
    for (let i = 0; i < 5_000; i++) {
      notes.begin(`sess_${i}`)
      if (i % 1_000 > 0) notes.end(`sess_${i}`)
      largest = Math.max(largest, statSync(file).size)
      if (i % 500 === 0) expect(serverOn('data').notes.read()).toContain('sess_first')
    }
    expect(largest).toBeLessThan(70_000)
    const left = ['sess_0', 'sess_1000', 'sess_2000', 'sess_3000', 'sess_4000', 'sess_first']
    // The last end is noted with the next begin.
    expect(serverOn('data').notes.read().toSorted()).toEqual([...left, 'sess_4999'].toSorted())
    await start()
    expect([folders(), readdirSync(folder)]).toEqual([[], []])
  })

  it.each(['the folder', 'the file'])('know what is under way after %s was taken away', async (what) => {
    const { spawn, folder, file } = serverOn('data')
    await spawn('sess_before', 'written')
    rmSync(what === 'the file' ? file : folder, { recursive: true })
    await spawn('sess_after', 'written')
    expect(serverOn('data').notes.read()).toEqual(['sess_before', 'sess_after'])
  })

  it('begin nothing anew where the data directory is away', async () => {
    const { manifests } = serverOn('data')
    rmSync(join(root, 'data'), { recursive: true })
    expect(() => manifests.begin?.('sess_a')).toThrow(/The session cannot be spawned: .*ENOENT/)
    expect(existsSync(join(root, 'data'))).toBe(false)
  })

  it('keep a session whose folder cannot be removed, for as long as that is so', async () => {
    const { spawn, start } = serverOn('data')
    await spawn('sess_gone', 'written')
    await spawn('sess_stuck', 'written')
    rmSync(join(sessionDir, 'sess_stuck'), { recursive: true })
    writeFileSync(join(sessionDir, 'sess_stuck'), 'no folder')
    const second = await start()
    expect(warnings).toBe(1)
    for (let i = 0; i < 3_000; i++) {
      second.notes.begin(`sess_${i}`)
      second.notes.end(`sess_${i}`)
    }
    await second.start()
    expect(warnings).toBe(2)
    rmSync(join(sessionDir, 'sess_stuck'))
    await spawn('sess_stuck', 'written')
    const last = await second.start()
    expect([warnings, folders(), readdirSync(last.folder)]).toEqual([2, [], []])
  })

  it('that are no ids are left alone', async () => {
    const { spawn, start, file } = serverOn('data')
    await spawn('sess_a', 'written')
    mkdirSync(join(root, 'other'))
    appendFileSync(file, '\n../other begun\n.. begun\n begun\nsess_b\n\0\0begun')
    await start()
    expect(readdirSync(root).sort()).toEqual(['data', 'other', 'sessions'])
    expect(folders()).toEqual([])
  })
})
