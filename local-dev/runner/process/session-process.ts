/** The process of a session, however it was started and by whom: one that is started here, or one that was there before. */
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { privateFolderMode } from '../../../storage/drivers/files/private-files'
import { identityOf } from '../../../storage/drivers/files/process-identity'
import { problemOfDirectory } from '../../agents/start-problems'
import { makeDirectory } from '../../lib/make-directory'
import { startChild } from './child'
import { canFindDetached, isOfSession, onlyOfRun } from './detached'
import { terminateSession } from './group'
import { alreadyStarted, isAlive, type Pidfile, readPidfile, recordIdentity } from './pidfile'
import { type Exit, type StartedProcess, type StartOptions, unknownExit } from './start-options'
import { startInTmux } from './tmux'

export interface SessionProcess {
  /** Of the command, and of the process group that it leads; undefined if it has ended before we came. */
  pid: number | undefined
  /** Resolves when it has ended. */
  wait(): Promise<Exit>
  /** Ends it, its group, and what has left that. Resolves with the pids of what could not be ended. */
  stop(): Promise<number[]>
}

/** Between checks whether a process that is not our child is alive. */
const pollMs = 400
/** A process that has started has its pidfile within this time. */
const startTimeoutMs = 10_000

/**
 * Starts a session's command, in a terminal of tmux or as a child, or finds the process of who was faster. It outlives
 * this one. Throws if it cannot be started.
 */
export const startProcess = async (
  options: StartOptions,
  terminal: 'tmux' | 'none',
): Promise<SessionProcess> => {
  const { id, run, cwd, folder, pidfile } = options
  const problem = await problemOfDirectory(cwd)
  if (problem !== undefined) throw new Error(`The project's directory ${cwd} ${problem}`)
  makeDirectory(folder, privateFolderMode)
  const started = await (terminal === 'tmux' ? startInTmux(options) : startChild(options))
  const leader = identityOf(await confirmStarted(pidfile, started))
  return {
    pid: leader.pid,
    wait: () => waitForExit(pidfile, started.exit),
    stop: () => terminateSession({ id, leader, isRun: onlyOfRun(run) }),
  }
}

/** The process of a pidfile, whoever started it, also if it has ended; undefined if it was never started. */
export const adoptProcess = async ({
  id,
  run,
  pidfile,
}: Pick<StartOptions, 'id' | 'run' | 'pidfile'>): Promise<SessionProcess | undefined> => {
  const found = await readPidfile(pidfile)
  if (!found) return undefined
  const isUnnoted = !('bootId' in found)
  const pid = isAlive(found) && !(isUnnoted && (await isAnothers(found, id, pidfile))) ? found.pid : undefined
  // Whoever started it has died before it could, and the number may be another's later.
  if (isUnnoted && pid !== undefined) await recordIdentity(pidfile, pid)
  const leader: Pidfile = isUnnoted && pid !== undefined ? identityOf(pid) : found
  return {
    pid,
    wait: async () => (pid === undefined ? unknownExit : waitForExit(pidfile, undefined)),
    stop: () => terminateSession({ id, leader, isRun: onlyOfRun(run) }),
  }
}

/** Whether a number that was noted alone is another process's by now, as far as the system shows it. */
const isAnothers = async ({ pid }: Pidfile, id: string, path: string): Promise<boolean> => {
  if (!canFindDetached || (await isOfSession(pid, id, () => true))) return false
  // A moment ago it may not have become the program that it is to be.
  const { mtimeMs } = await stat(path)
  return Date.now() - mtimeMs > startTimeoutMs
}

/** Waits until the session has a pidfile, and returns its pid: of this process, or of one that was faster. */
export const confirmStarted = async (path: string, { pid, exit }: StartedProcess): Promise<number> => {
  let ended = false
  void exit?.then(() => {
    ended = true
  })
  for (let waitedMs = 0; waitedMs < startTimeoutMs && !ended; waitedMs += 10) {
    const pidfile = await readPidfile(path)
    if (pidfile && pidfile.pid !== pid) return pidfile.pid
    if (pidfile) {
      await recordIdentity(path, pid)
      return pid
    }
    await sleep(10)
  }
  return pid
}

const waitForExit = async (path: string, exit: Promise<Exit> | undefined): Promise<Exit> => {
  if (exit) {
    const exited = await exit
    if (exited.code !== alreadyStarted) return exited
  }
  for (;;) {
    const pidfile = await readPidfile(path)
    if (!pidfile || !isAlive(pidfile)) return unknownExit
    await sleep(pollMs)
  }
}
