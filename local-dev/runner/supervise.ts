/** One session of a runner: from its claim to the exit of its process. */
import { commandOf } from '../../storage/rules/spawn'
import { retryTransient } from '../agents/change-session'
import { takeSessionToken } from '../agents/session-token'
import { reasonOf } from '../lib/reason'
import { sessionEnvironment } from './agent-environment'
import { noteChosen } from './chosen'
import { type Claim, claimSession } from './claim'
import { launch } from './launch'
import type { RunnerOptions, RunningSession } from './options'
import { isAlive, readPidfile } from './pidfile'
import { confirmStarted, type ProcessHandle, waitForExit } from './process-handle'
import { type Outcome, outcomeOf } from './report-exit'
import type { RunnerStateFile } from './runner-state'
import { logPath, manifestLocation, sessionFolder } from './session-folder'
import { terminateSession } from './terminate'

export interface RunnerContext {
  options: RunnerOptions
  state: RunnerStateFile
  /** Aborts when the runner detaches. */
  signal: AbortSignal
}

export const newClaim = ({ claim, clock, terminal, tmuxSocket }: RunnerOptions, id: string): Claim => ({
  ...claim,
  claimedAt: clock(),
  ...(terminal === 'tmux' && { tmux: { socket: tmuxSocket, session: id } }),
})

/**
 * Claims a session, starts its process, and supervises it to its exit. Undefined if another runner has it, or it is
 * not to be started any more. Throws what the client throws for a session that was deleted.
 */
export const startAndSupervise = async (
  context: RunnerContext,
  running: RunningSession,
): Promise<Outcome | undefined> => {
  const { options, state, signal } = context
  const { client, report } = options
  const { id } = running
  running.folder = sessionFolder(options.sessionDir, id)
  state.add(id, running.folder)
  const session = await retryTransient(() => claimSession(client, id, newClaim(options, id)), signal)
  if (running.stopped || session?.status !== 'spawning') return undefined
  if (await readPidfile(running.folder)) return supervise(context, running)
  try {
    const project = await retryTransient(() => client.projects.get(session.projectId), signal)
    const cwd = project.workingDir
    const command = commandOf(session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')
    const manifestPath = await manifestLocation(running.folder, client.url, id)
    const token = await retryTransient(() => takeSessionToken(client, id, running.folder), signal)
    // A server of before knows neither.
    if (token !== undefined) await noteChosen(client, session, { ...options, cwd })
    const own = { sessionId: id, manifestPath, serverUrl: client.url, token }
    const env = sessionEnvironment(options.env, session, own)
    const handle = await launch({ id, command, cwd, env, folder: running.folder }, options.terminal)
    const where = options.terminal === 'tmux' ? ' in tmux' : ''
    report({ what: 'started', sessionId: id, message: `${session.name} starts in ${cwd}${where}` })
    return await supervise(context, running, handle)
  } catch (error) {
    signal.throwIfAborted()
    return {
      cause: 'start_failed',
      reason: `The session could not be started: ${reasonOf(error)}`,
    }
  }
}

/** Supervises a process to its exit, whoever started it. */
export const supervise = async (
  context: RunnerContext,
  running: RunningSession,
  handle?: ProcessHandle,
): Promise<Outcome> => {
  const { signal } = context
  const { folder } = running
  const pidfile = handle ? undefined : await readPidfile(folder)
  if (handle) running.pid = await confirmStarted(folder, handle)
  // The pid of a process that has exited may be another's by now.
  else if (pidfile && isAlive(pidfile)) running.pid = pidfile.pid
  if (running.stopped) void terminateAndReport(context, running)
  const exit = await waitForExit(folder, handle?.exit)
  signal.throwIfAborted()
  // It may have left children.
  void terminateAndReport(context, running)
  return outcomeOf(exit, logPath(folder))
}

/** Ends what runs for a session, and says what could not be ended. */
export const terminateAndReport = async (
  { options: { report } }: RunnerContext,
  { id, name, pid }: Pick<RunningSession, 'id' | 'name' | 'pid'>,
): Promise<void> => {
  const left = await terminateSession({ id, pid })
  if (left.length === 0) return
  report({ what: 'trouble', sessionId: id, message: `${name} has left processes: ${left.join(', ')}` })
}
