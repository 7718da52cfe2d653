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
import { isAlive, isLaterRun, livingPids, pidfilePath, readPidfile } from './pidfile'
import { confirmStarted, type ProcessHandle, waitForExit } from './process-handle'
import { type Outcome, outcomeOf } from './report-exit'
import type { RunnerStateFile } from './runner-state'
import { logPath, manifestLocation, sessionFolder } from './session-folder'
import { onlyOfRun } from './session-processes'
import { terminateSession } from './terminate'
import { closeTerminal } from './tmux'

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
  const folder = sessionFolder(options.sessionDir, id)
  running.folder = folder
  state.add(id, folder)
  const session = await retryTransient(() => claimSession(client, id, newClaim(options, id)), signal)
  if (running.stopped || session?.status !== 'spawning') return undefined
  const { run } = session
  const pidfile = pidfilePath(folder, session)
  Object.assign(running, { run, pidfile })
  if (await readPidfile(pidfile)) return supervise(context, running)
  try {
    if (isLaterRun(session)) await endEarlierRuns(context, running)
    const project = await retryTransient(() => client.projects.get(session.projectId), signal)
    const cwd = project.workingDir
    const command = commandOf(session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')
    const manifestPath = await manifestLocation(folder, client.url, id)
    const token = await retryTransient(() => takeSessionToken(client, id, folder), signal)
    // A server of before knows neither.
    if (token !== undefined) await noteChosen(client, session, { ...options, cwd })
    if (token !== undefined) await beatUntilDriven(client, id)
    const own = { sessionId: id, run, manifestPath, serverUrl: client.url, token }
    const env = sessionEnvironment(options.env, session, own)
    const handle = await launch({ id, command, cwd, env, folder, pidfile }, options.terminal)
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

/** So long a session's process may take until it beats itself. */
const startTtlSeconds = 120

/** A machine that is gone before its first sign of life would leave the session busy for ever. */
const beatUntilDriven = async (client: RunnerOptions['client'], id: string): Promise<void> => {
  await client.sessions.heartbeat(id, { ttlSeconds: startTtlSeconds }).catch(() => undefined)
}

/** Supervises a process to its exit, whoever started it. */
export const supervise = async (
  context: RunnerContext,
  running: RunningSession,
  handle?: ProcessHandle,
): Promise<Outcome> => {
  const { signal } = context
  const { folder } = running
  const pidfile = handle ? undefined : await readPidfile(running.pidfile)
  if (handle) running.pid = await confirmStarted(running.pidfile, handle)
  // The pid of a process that has exited may be another's by now.
  else if (pidfile && isAlive(pidfile)) running.pid = pidfile.pid
  if (running.stopped) void terminateAndReport(context, running)
  const exit = await waitForExit(running.pidfile, handle?.exit)
  signal.throwIfAborted()
  // It may have left children.
  void terminateAndReport(context, running)
  return outcomeOf(exit, logPath(folder))
}

/** Ends what runs for a session, and says what could not be ended. */
export const terminateAndReport = async (
  { options: { report } }: RunnerContext,
  { id, name, pid, run }: Pick<RunningSession, 'id' | 'name' | 'pid' | 'run'>,
): Promise<void> => {
  const left = await terminateSession({ id, pid, isRun: onlyOfRun(run) })
  if (left.length === 0) return
  report({ what: 'trouble', sessionId: id, message: `${name} has left processes: ${left.join(', ')}` })
}

/** Ends what still runs for a session's earlier runs, whoever started it: two agents must not do its work at once. */
const endEarlierRuns = async ({ options }: RunnerContext, { id, folder }: RunningSession): Promise<void> => {
  if (options.terminal === 'tmux') await closeTerminal(id)
  const groups = (await livingPids(folder)).map(({ pid }) => pid)
  const left = (await Promise.all([undefined, ...groups].map((pid) => terminateSession({ id, pid })))).flat()
  if (left.length > 0) throw new Error(`its last run has processes that cannot be ended: ${left.join(', ')}`)
}
