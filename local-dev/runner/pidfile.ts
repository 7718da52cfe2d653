/**
 * The pidfile of a session's process, `process.json`, of a later run `process-{run}.json`: whichever runner comes later neither starts the session again
 * nor forgets it. The process itself makes it before it begins, and only one process can.
 */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { Session } from '../../schemas/session'
import { privateFile } from '../../storage/drivers/files/private-files'
import {
  identityOf,
  livenessOf,
  ownIdentity,
  ProcessIdentity,
} from '../../storage/drivers/files/process-identity'
import { isMissingFile } from '../lib/reason'

/** The process itself writes its pid; what else identifies it, the runner adds. */
const Pidfile = z.union([ProcessIdentity, z.object({ pid: z.int32().positive() })])
export type Pidfile = z.infer<typeof Pidfile>

/** The exit code of a process that finds a pidfile already there (EX_TEMPFAIL of sysexits.h). */
export const alreadyStarted = 75

/**
 * A script for `sh`: `$1` is the pidfile, `$2` the command. It creates the pidfile, or exits at once if there is one;
 * then its process becomes the command's, so that the pid in the file is the command's.
 */
export const pidfileScript = `(umask 077; set -C; printf '{"pid":%d}' $$ > "$1") 2>/dev/null || exit ${alreadyStarted}; exec sh -c "$2"`

/** Each run has its own: what is left of an earlier one neither keeps it from being started, nor is taken for it. */
export const pidfilePath = (folder: string, session: Pick<Session, 'run' | 'startedAt'>): string =>
  join(folder, isLaterRun(session) ? `process-${session.run}.json` : 'process.json')

/** Whether a session was started again. */
export const isLaterRun = ({ run, startedAt }: Pick<Session, 'run' | 'startedAt'>): boolean =>
  run !== undefined && run !== startedAt

/** The pids of the processes of a session's runs that still go on. */
export const livingPids = async (folder: string): Promise<{ pidfile: string; pid: number }[]> => {
  const names = await readdir(folder).catch(() => [])
  const living: { pidfile: string; pid: number }[] = []
  for (const name of names.filter((name) => /^process(?:-\d+)?\.json$/.test(name))) {
    const path = join(folder, name)
    const pidfile = await readPidfile(path)
    if (pidfile && isAlive(pidfile)) living.push({ pidfile: path, pid: pidfile.pid })
  }
  return living
}

/** Undefined if the process was never started. */
export const readPidfile = async (path: string): Promise<Pidfile | undefined> => {
  try {
    return Pidfile.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    // Created, and not yet written: a moment later it is.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Adds what identifies the process beyond its pid, which another process may get later. */
export const recordIdentity = async (path: string, pid: number): Promise<void> => {
  const temporary = join(dirname(path), '.process.json')
  await writeFile(temporary, JSON.stringify(identityOf(pid)), privateFile)
  await rename(temporary, path)
}

/** Whether the process of a session still runs. */
export const isAlive = (pidfile: Pidfile): boolean => {
  if ('bootId' in pidfile) return livenessOf(pidfile, ownIdentity()) === 'alive'
  return livenessOf(identityOf(pidfile.pid), ownIdentity()) === 'alive'
}
