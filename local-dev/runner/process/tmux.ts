/** Terminals that a person can attach to: a tmux server of our own, with a tmux session for each session. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { shellQuote } from '../../lib/shell-word'
import { inheritedEnvironment } from '../agent-environment'
import { logPath } from '../session-folder'
import { cleanEnvironmentScript, readEnvironmentScript, writeEnvironmentFile } from './environment-file'
import { pidfileScript } from './pidfile'
import type { StartedProcess, StartOptions } from './start-options'

const run = promisify(execFile)

/** Its name among the tmux servers of this user: `tmux -L maestro ls` lists what runs. */
export const tmuxSocket = 'maestro'

export const isTmuxInstalled = (): Promise<boolean> =>
  run('tmux', ['-V']).then(
    () => true,
    () => false,
  )

/** Whether a session has a terminal on this machine that is still open. */
export const isInTmux = (id: string): Promise<boolean> =>
  run('tmux', ['-L', tmuxSocket, 'has-session', '-t', `=${id}`]).then(
    () => true,
    () => false,
  )

/** Closes the terminal of a session, if it has one. */
export const closeTerminal = (id: string): Promise<void> =>
  run('tmux', ['-L', tmuxSocket, 'kill-session', '-t', `=${id}`]).then(
    () => undefined,
    () => undefined,
  )

/** Starts the command in a terminal of its own. Throws with the message of tmux. */
export const startInTmux = async ({
  id,
  command,
  cwd,
  env,
  folder,
  pidfile,
}: StartOptions): Promise<StartedProcess> => {
  const environmentFile = await writeEnvironmentFile(folder, env)
  // In what pipe-pane runs, tmux expands `#` and `%`.
  const log = shellQuote(logPath(folder)).replaceAll('#', '##').replaceAll('%', '%%')
  const steps = [
    ['new-session', '-d', '-s', id, '-x', '160', '-y', '48', '-P', '-F', '#{pane_pid}'].concat([
      ...['sh', '-c', cleanEnvironmentScript, `${readEnvironmentScript}; ${pidfileScript}`],
      ...[pidfile, command, environmentFile],
    ]),
    // In one go with the start, so that nothing printed before it is missing.
    ['pipe-pane', '-t', `=${id}:`, '-O', `umask 077; cat >> ${log}`],
    ['set-option', '-t', `=${id}:`, 'destroy-unattached', 'off'],
    ['set-option', '-w', '-t', `=${id}:`, 'remain-on-exit', 'off'],
  ]
  const args = steps.flatMap((step, index) => (index === 0 ? step : [';', ...step]))
  try {
    // A tmux server that is started by this outlives the session, and must not look like a part of it.
    const { stdout } = await run('tmux', ['-L', tmuxSocket, ...args], {
      cwd,
      env: inheritedEnvironment(env, []),
    })
    return { pid: Number(stdout.trim()) }
  } catch (error) {
    await rm(environmentFile, { force: true })
    const other = await paneOf(id, env)
    if (other !== undefined) return { pid: other }
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`tmux could not start the session (--without-tmux runs it without a terminal): ${reason}`)
  }
}

/** The process in a session's terminal, if it has one: somebody else has started it meanwhile. */
const paneOf = (id: string, env: NodeJS.ProcessEnv): Promise<number | undefined> =>
  run('tmux', ['-L', tmuxSocket, 'display-message', '-p', '-t', `=${id}:`, '#{pane_pid}'], {
    env: inheritedEnvironment(env, []),
  }).then(
    ({ stdout }) => Number(stdout.trim()) || undefined,
    () => undefined,
  )
