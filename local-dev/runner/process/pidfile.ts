/**
 * The pidfile of a session's process: `process.json`, of a later run `process-{run}.json`, and with `.{n}` before its end of one
 * that was started for the nth time again in its run. Whichever runner comes later neither starts the session once more
 * nor forgets it, and knows how often that was done. The process itself makes it before it begins, and only one process can.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { Session } from '../../../schemas/session'
import { privateFile } from '../../../storage/drivers/files/private-files'
import {
  identityOf,
  livenessOf,
  ownIdentity,
  ProcessIdentity,
} from '../../../storage/drivers/files/process-identity'
import { isMissingFile } from '../../lib/reason'
import { canFindDetached } from './detached'

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

/**
 * Each run has its own, and each process that is started again in it: what is left of an earlier one neither keeps it from being
 * started, nor is taken for it.
 */
export const pidfilePath = (
  folder: string,
  session: Pick<Session, 'run' | 'startedAt'>,
  restart: number,
): string => {
  const ofRun = isLaterRun(session) ? `-${session.run}` : ''
  return join(folder, `process${ofRun}${restart > 0 ? `.${restart}` : ''}.json`)
}

/** That of what prepares its worktree, before its process is started. */
export const setupPidfile = (folder: string): string => join(folder, 'setup.json')

/** When processes of a run were started again, in Unix milliseconds, in order. */
export const readRestarts = async (
  folder: string,
  session: Pick<Session, 'run' | 'startedAt'>,
): Promise<number[]> => {
  const restarts: number[] = []
  for (;;) {
    const path = pidfilePath(folder, session, restarts.length + 1)
    const found = await stat(path).catch(() => undefined)
    if (!found) return restarts
    restarts.push(found.mtimeMs)
  }
}

/** Whether a session was started again. */
export const isLaterRun = ({ run, startedAt }: Pick<Session, 'run' | 'startedAt'>): boolean =>
  run !== undefined && run !== startedAt

/** The process groups of all of a session's runs in which something may still go on. */
export const groupsOf = async (folder: string): Promise<{ pidfile: string; leader: Pidfile }[]> => {
  const names = await readdir(folder).catch(() => [])
  const groups: { pidfile: string; leader: Pidfile }[] = []
  for (const name of names.filter((name) => /^(?:process(?:-\d+)?(?:\.\d+)?|setup)\.json$/.test(name))) {
    const path = join(folder, name)
    const leader = await readPidfile(path)
    if (leader && mayGoOn(leader)) groups.push({ pidfile: path, leader })
  }
  return groups
}

/** Whether something of a process may still be there: itself, or others of its group. */
export const mayGoOn = (leader: Pidfile): boolean => isAlive(leader) || groupLedBy(leader) !== undefined

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
  const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(6).toString('hex')}`)
  await writeFile(temporary, JSON.stringify(identityOf(pid)), privateFile)
  await rename(temporary, path)
}

/** Whether the process of a session still runs. */
export const isAlive = (pidfile: Pidfile): boolean => {
  if ('bootId' in pidfile) return livenessOf(pidfile, ownIdentity()) === 'alive'
  return livenessOf(identityOf(pidfile.pid), ownIdentity()) === 'alive'
}

/** Whether a process was of this boot, and of this container: else it has ended with its machine. */
export const isOfThisBoot = (pidfile: Pidfile): boolean =>
  !('bootId' in pidfile) || livenessOf(pidfile, ownIdentity()) !== 'unknown'

/**
 * The process group of a process, also of one that has ended, if others may still be in it: as long as they are, no other process
 * gets that number. Undefined where the number may be another's by now.
 */
export const groupLedBy = (leader: Pidfile): number | undefined => {
  // By its number alone it may be anybody's: where what is the session's can be found otherwise, that is not signalled.
  if (!('bootId' in leader)) return !canFindDetached && isAlive(leader) ? leader.pid : undefined
  const hadEnded = leader.startTime === null && ownIdentity().startTime !== null
  return !hadEnded && isAlive(leader) ? leader.pid : groupLeftBy(leader)
}

const groupLeftBy = (pidfile: ProcessIdentity): number | undefined => {
  if (!isOfThisBoot(pidfile)) return undefined
  const { pid, startTime } = pidfile
  // Ended, and not yet reaped: the number is still its own.
  const isItself = startTime !== null && identityOf(pid).startTime === startTime
  return isItself || !isThere(pid) ? pid : undefined
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
