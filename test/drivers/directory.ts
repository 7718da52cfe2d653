// Data directories for the tests of the files driver.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { WorkspaceDriver } from '../../storage/driver'
import { filesDriver } from '../../storage/drivers/files/driver'
import { clock, collectLogs, type LogRecord, type Opened, open } from './open'
import { fillWorkspace } from './sample-data'

export type Durability = 'process' | 'strict'

/** An empty directory that goes with the test. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-data-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The driver on a directory. */
export const filesIn = (
  directory: string,
  durability: Durability = 'process',
  logged: LogRecord[] = [],
): WorkspaceDriver => filesDriver({ directory, durability, logger: collectLogs(logged), clock })

/** A workspace on a directory, closed with the test if it is not before. */
export const openIn = async (directory: string, durability?: Durability): Promise<Opened> => {
  const logged: LogRecord[] = []
  const opened = await open(filesIn(directory, durability, logged), logged)
  onTestFinished(() => opened.workspace.close().catch(() => undefined))
  return opened
}

/** A directory whose files are current, with the ids of what is in it. */
export const filledDirectory = async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const ids = await fillWorkspace(workspace)
  await workspace.flush()
  return { directory, workspace, ...ids }
}

/** The directory as a `kill -9` at this moment would leave it: all that was written, and a lock of the dead. */
export const afterCrash = (directory: string): string => {
  const copy = temporaryDirectory()
  cpSync(directory, copy, { recursive: true, preserveTimestamps: true })
  rmSync(join(copy, '.lock'), { force: true })
  return copy
}

/** The names of the journal's files, oldest first. */
export const segmentsOf = (directory: string): string[] => readdirSync(join(directory, '.wal')).sort()

/** The path of the file that the journal was last written to. */
export const newestSegment = (directory: string): string =>
  join(directory, '.wal', segmentsOf(directory).at(-1) ?? '')

/** Every document that the files hold, by its path. */
export const documentsIn = (directory: string): Record<string, unknown> => {
  const found: Record<string, unknown> = {}
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.json') && !name.startsWith('.'))
      found[name] = JSON.parse(readFileSync(join(directory, name), 'utf8'))
  return found
}
