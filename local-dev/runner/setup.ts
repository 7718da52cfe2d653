/** `.maestro/setup`: what a project runs in each new worktree, where its text is trusted. */
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '../../schemas/session'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { identityOf } from '../../storage/drivers/files/process-identity'
import { signalGroup } from '../acp/process-group'
import { limitLog } from '../agents/log-limit'
import { makeDirectory } from '../lib/make-directory'
import { shellQuote } from '../lib/shell-word'
import { projectSetupFile, type RepositoryFile, readRepositoryFile } from '../permissions/repository-file'
import { startChild } from './process/child'
import { onlyOfRun } from './process/detached'
import { terminateSession } from './process/group'
import { mayGoOn, readPidfile, setupPidfile } from './process/pidfile'
import { confirmStarted } from './process/session-process'
import { logPath } from './session-folder'

/** From its start to its end. */
const defaultTimeoutMs = 10 * 60_000
/** Of the log: where the last line is looked for. */
const tailBytes = 2048
const maxLineChars = 300

/** As the commit that a worktree began from has it; undefined where that has none. Throws where it is no text. */
export const readSetup = async (
  directory: string,
  env: NodeJS.ProcessEnv,
  commit: string,
): Promise<RepositoryFile | undefined> => {
  const { found } = await readRepositoryFile(projectSetupFile, directory, env, commit)
  if (found && /[\0\ufffd]/.test(found.text))
    throw new Error(`${join(directory, projectSetupFile)} cannot be used: it is no text of UTF-8`)
  return found
}

interface SetupRun {
  session: Pick<Session, 'id' | 'run'>
  /** What is run: this text, whatever the worktree has by now. */
  text: string
  /** The project's directory in the worktree. */
  directory: string
  env: NodeJS.ProcessEnv
  /** The session's folder. */
  folder: string
  logMaxBytes: number
  /** Ends it. */
  signal: AbortSignal
  timeoutMs?: number
}

/**
 * Runs it to its end, its output in the session's `output.log`. Resolves with why it failed, one sentence; undefined if it did not.
 * What it leaves running is the session's, and ends with it. Rejects when `signal` aborts.
 */
export const runSetup = async (setup: SetupRun): Promise<string | undefined> => {
  const { session, text, directory, env, folder, logMaxBytes, signal, timeoutMs = defaultTimeoutMs } = setup
  const { id, run } = session
  makeDirectory(folder, privateFolderMode)
  await endEarlierSetup(id, folder)
  const script = join(folder, 'setup')
  await rm(script, { force: true })
  await writeFile(script, text, { mode: 0o700 })
  const command = `exec ${text.startsWith('#!') ? '' : 'sh '}${shellQuote(script)}`
  const pidfile = setupPidfile(folder)
  const started = await startChild({ id, run, command, cwd: directory, env, folder, pidfile })
  const leader = identityOf(await confirmStarted(pidfile, started))
  const over = new AbortController()
  void limitLog(logPath(folder), logMaxBytes, over.signal)
  // Nobody may be left to end it slowly.
  const abort = () => void signalGroup(started.pid, 'SIGTERM')
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    const exit = await Promise.race([
      started.exit,
      sleep(timeoutMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => undefined),
    ])
    if (!signal.aborted && exit?.code === 0) return undefined
    if (!exit || signal.aborted) await terminateSession({ id, leader, isRun: onlyOfRun(run) })
    signal.throwIfAborted()
    const how = exit
      ? exit.signal
        ? `was ended by ${exit.signal}`
        : `ended with exit code ${exit.code}`
      : `did not end within ${timeoutMs / 60_000} minutes`
    const last = await lastLine(logPath(folder))
    return `${projectSetupFile} ${how}${last === '' ? '' : `: ${last}`}; its output is in ${logPath(folder)}`
  } finally {
    signal.removeEventListener('abort', abort)
    over.abort()
    await rm(pidfile, { force: true })
  }
}

/** That of a runner that was killed goes on without it. */
const endEarlierSetup = async (id: string, folder: string): Promise<void> => {
  const pidfile = setupPidfile(folder)
  const found = await readPidfile(pidfile)
  if (found && mayGoOn(found)) await terminateSession({ id, leader: found })
  await rm(pidfile, { force: true })
}

const lastLine = async (path: string): Promise<string> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
    const lines = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/[^\P{C}\n]/gu, '')
      .split('\n')
    return (lines.map((line) => line.trim()).findLast((line) => line !== '') ?? '').slice(0, maxLineChars)
  } finally {
    await file.close()
  }
}
