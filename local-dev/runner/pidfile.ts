/**
 * The pidfile of a session's process, `process.json`: whichever runner comes later neither starts the session again
 * nor forgets it. The process itself makes it before it begins, and only one process can.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
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

export const pidfilePath = (folder: string): string => join(folder, 'process.json')

/** Undefined if the session's process was never started. */
export const readPidfile = async (folder: string): Promise<Pidfile | undefined> => {
  try {
    return Pidfile.parse(JSON.parse(await readFile(pidfilePath(folder), 'utf8')))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    // Created, and not yet written: a moment later it is.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Adds what identifies the process beyond its pid, which another process may get later. */
export const recordIdentity = async (folder: string, pid: number): Promise<void> => {
  const temporary = join(folder, '.process.json')
  await writeFile(temporary, JSON.stringify(identityOf(pid)), privateFile)
  await rename(temporary, pidfilePath(folder))
}

/** Whether the process of a session still runs. */
export const isAlive = (pidfile: Pidfile): boolean => {
  if ('bootId' in pidfile) return livenessOf(pidfile, ownIdentity()) === 'alive'
  return livenessOf(identityOf(pidfile.pid), ownIdentity()) === 'alive'
}
