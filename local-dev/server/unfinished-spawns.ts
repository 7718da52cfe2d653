/** What spawns that a crash cut short have left in SESSION_DIR, which other servers may use, too. */
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../functions/services/log'
import type { Config } from '../../schemas/config'
import { isMissingFile, reasonOf } from '../lib/reason'
import { draftName } from '../manifests/manifests'
import type { SpawnNotes } from '../manifests/spawn-notes'

/**
 * Where a server notes which sessions it is spawning: beside the data that it alone holds the lock of, or, where that is
 * a database, under a name that is made from the database's address.
 */
export const spawnNotesFolder = ({
  databaseType,
  databaseUrl = '',
  dataDir,
  sessionDir,
}: Pick<Config, 'databaseType' | 'databaseUrl' | 'dataDir' | 'sessionDir'>): string =>
  databaseType === 'postgres'
    ? join(sessionDir, `.spawning-${createHash('sha256').update(databaseUrl).digest('hex').slice(0, 16)}`)
    : join(dataDir, '.spawning')

interface UnfinishedSpawnsOptions {
  notes: SpawnNotes
  sessionDir: string
  /** Whether there is such a session. */
  isStored(sessionId: string): Promise<boolean>
  log: Log
}

/** Removes the manifests of sessions that did not come to be, and drafts of others; an agent's output stays. */
export const removeUnfinishedSpawns = async ({
  notes,
  sessionDir,
  isStored,
  log,
}: UnfinishedSpawnsOptions): Promise<void> => {
  for (const sessionId of notes.read()) {
    const folder = join(sessionDir, sessionId)
    try {
      const isLeftover = !(await isStored(sessionId))
      const others = (await namesIn(folder)).filter((name) => name !== 'manifest.json' && name !== draftName)
      if (isLeftover && others.length === 0) await rm(folder, { recursive: true, force: true })
      else await rm(join(folder, draftName), { force: true })
      notes.end(sessionId)
    } catch (error) {
      log.warn({ folder, reason: reasonOf(error) }, 'What a spawn left behind cannot be removed')
    }
  }
  try {
    notes.tidy()
  } catch (error) {
    log.warn(
      { folder: notes.folder, reason: reasonOf(error) },
      'The notes of spawns that are over cannot be removed',
    )
  }
}

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissingFile(error)) return []
    throw error
  }
}
