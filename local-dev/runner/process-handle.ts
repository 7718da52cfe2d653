/** The process of a session: how it is started, and how its exit is seen, also of one that is not our child. */
import { setTimeout as sleep } from 'node:timers/promises'
import { alreadyStarted, isAlive, readPidfile, recordIdentity } from './pidfile'

/** What a session's process is started with. */
export interface LaunchOptions {
  /** The session's id. */
  id: string
  command: string
  cwd: string
  env: NodeJS.ProcessEnv
  /** Where the session's files are. */
  folder: string
  /** The pidfile of this run. */
  pidfile: string
}

/** How a process ended; both are null where nobody could see it. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A process that was started. */
export interface ProcessHandle {
  /** Of the command, and of the process group that it leads. */
  pid: number
  /** Resolves when it has ended; absent where it is not our child. */
  exit?: Promise<Exit>
}

/** Between checks whether a process that is not our child is alive. */
const pollMs = 400
/** A process that has started has its pidfile within this time. */
const startTimeoutMs = 10_000

const unknownExit: Exit = { code: null, signal: null }

/** Waits until the session has a pidfile, and returns its pid: of this process, or of one that was faster. */
export const confirmStarted = async (path: string, { pid, exit }: ProcessHandle): Promise<number> => {
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

/** Resolves when the process of a session has exited, whoever started it. */
export const waitForExit = async (path: string, exit: Promise<Exit> | undefined): Promise<Exit> => {
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
