/** A server that dies while it spawns must leave no folder behind, and none of another server's may go. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Log } from '../../functions/services/log'
import { fileManifests } from '../../local-dev/manifests/manifests'
import { removeUnfinishedSpawns, spawnNotesFolder } from '../../local-dev/server/unfinished-spawns'

let root: string
let sessionDir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maestro-spawns-'))
  sessionDir = join(root, 'sessions')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => log,
}

/** A server on a data directory of its own, with SESSION_DIR in common. */
const serverOn = (name: string) => {
  const dataDir = join(root, name)
  mkdirSync(dataDir, { recursive: true })
  const notes = spawnNotesFolder({ databaseType: 'filesystem', dataDir, sessionDir })
  const stored = new Set<string>()
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
    if (upTo === 'answered') await manifests.keep?.(id)
  }
  const start = () =>
    removeUnfinishedSpawns({ notes, sessionDir, isStored: async (id) => stored.has(id), log })
  return { spawn, start, stored, manifests, notes }
}

const folders = () => readdirSync(sessionDir).sort()

it('what belongs to no session goes, and everything of a session stays', async () => {
  const { spawn, start, notes } = serverOn('data')
  for (const upTo of ['begun', 'drafted', 'written', 'stored', 'answered'] as const)
    await spawn(`sess_${upTo}`, upTo)
  writeFileSync(join(sessionDir, 'sess_stored', 'output.log'), 'of the agent')
  writeFileSync(join(sessionDir, 'sess_stored', '.manifest.json'), '{"half')
  await start()
  expect(folders()).toEqual(['sess_answered', 'sess_stored'])
  expect(readdirSync(join(sessionDir, 'sess_stored')).sort()).toEqual(['manifest.json', 'output.log'])
  expect(readdirSync(notes)).toEqual([])
})

it('a spawn that fails leaves nothing either, and one that was deleted keeps its output', async () => {
  const { spawn, start, manifests, notes, stored } = serverOn('data')
  await spawn('sess_failed', 'written')
  await manifests.remove('sess_failed')
  expect(readdirSync(notes)).toEqual([])
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
