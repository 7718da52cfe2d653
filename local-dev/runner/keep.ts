/** One session of a runner: from its claim to the end of its process. */
import { commandOf } from '../../storage/rules/spawn'
import { persistently } from '../agents/change-session'
import { type Claim, claimSession } from './claim'
import { folderOf, logOf } from './folder'
import { isAlive, readGate } from './gate'
import { endGroup } from './group'
import { launch, type Started } from './launch'
import type { Notes } from './notes'
import type { RunnerOptions, RunningSession } from './options'
import { type Outcome, outcomeOf } from './settle'
import { passedGate, whenEnded } from './supervise'

export interface Keeping {
  options: RunnerOptions
  notes: Notes
  /** Aborts when the runner leaves. */
  signal: AbortSignal
}

export const claimNow = ({ claim, clock, terminal, tmuxSocket }: RunnerOptions, id: string): Claim => ({
  ...claim,
  claimedAt: clock(),
  ...(terminal === 'tmux' && { tmux: { socket: tmuxSocket, session: id } }),
})

/**
 * Claims a session, starts its process, and stays with it to its end. Undefined if it is not to be had, or not to
 * be started any more. Throws what the client throws for a session that is gone.
 */
export const keepFromStart = async (
  keeping: Keeping,
  running: RunningSession,
): Promise<Outcome | undefined> => {
  const { options, notes, signal } = keeping
  const { client, tell } = options
  const { id } = running
  running.folder = folderOf(await persistently(() => client.sessions.get(id), signal), options.sessionDir)
  notes.add(id, running.folder)
  const session = await persistently(() => claimSession(client, id, claimNow(options, id)), signal)
  if (running.stopped || session?.status !== 'spawning') return undefined
  if (await readGate(running.folder)) return keep(keeping, running)
  try {
    const project = await persistently(() => client.projects.get(session.projectId), signal)
    const cwd = project.workingDir
    const command = commandOf(session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')
    const { PATH } = options.env
    const env = { ...options.env, ...session.env, PATH }
    const started = await launch({ id, command, cwd, env, folder: running.folder }, options.terminal)
    const where = options.terminal === 'tmux' ? ' in tmux' : ''
    tell({ what: 'started', sessionId: id, message: `${session.name} starts in ${cwd}${where}` })
    return await keep(keeping, running, started)
  } catch (error) {
    signal.throwIfAborted()
    return {
      status: 'failed',
      message: `It could not be started: ${error instanceof Error ? error.message : error}`,
    }
  }
}

/** Stays with a process to its end, whoever started it. */
export const keep = async (
  { signal }: Keeping,
  running: RunningSession,
  started?: Started,
): Promise<Outcome> => {
  const { folder } = running
  const gate = started ? undefined : await readGate(folder)
  if (started) running.pid = await passedGate(folder, started)
  // The number of a process that has ended may be another's by now.
  else if (gate && isAlive(gate)) running.pid = gate.pid
  if (running.stopped) endProcesses(running)
  const exit = await whenEnded(folder, started?.exit)
  signal.throwIfAborted()
  // What it has left behind in its group.
  endProcesses(running)
  return outcomeOf(exit, logOf(folder))
}

export const endProcesses = ({ pid }: RunningSession): void => {
  if (pid !== undefined) void endGroup(pid)
}
