/** Terminals that a person can attach to: a tmux server of our own, with a tmux session for each session. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pidfilePath, pidfileScript } from './pidfile'
import type { LaunchOptions } from './process-handle'
import { logPath } from './session-folder'
import { shellQuote } from './shim'

const run = promisify(execFile)

/** Its name among the tmux servers of this user: `tmux -L maestro ls` lists what runs. */
export const tmuxSocket = 'maestro'

export const isTmuxInstalled = (): Promise<boolean> =>
  run('tmux', ['-V']).then(
    () => true,
    () => false,
  )

/** Starts the command in a terminal of its own, and returns its pid. Throws with the message of tmux. */
export const startInTmux = async ({ id, command, cwd, env, folder }: LaunchOptions): Promise<number> => {
  // In what pipe-pane runs, tmux expands `#` and `%`.
  const log = shellQuote(logPath(folder)).replaceAll('#', '##').replaceAll('%', '%%')
  const steps = [
    ['start-server'],
    // tmux takes these over from whoever creates a session. As arguments, everybody could read their values.
    ['set-option', '-g', 'update-environment', inheritedNames(env).join(' ')],
    ['new-session', '-d', '-s', id, '-x', '160', '-y', '48', '-P', '-F', '#{pane_pid}'].concat([
      'sh',
      '-c',
      pidfileScript,
      'maestro',
      pidfilePath(folder),
      command,
    ]),
    // In one go with the start, so that nothing printed before it is missing.
    ['pipe-pane', '-t', `=${id}:`, '-O', `umask 077; cat >> ${log}`],
    ['set-option', '-t', `=${id}:`, 'destroy-unattached', 'off'],
    ['set-option', '-w', '-t', `=${id}:`, 'remain-on-exit', 'off'],
  ]
  const args = steps.flatMap((step, index) => (index === 0 ? step : [';', ...step]))
  try {
    const { stdout } = await run('tmux', ['-L', tmuxSocket, ...args], { cwd, env })
    return Number(stdout.trim())
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`tmux could not start the session (--without-tmux runs it without a terminal): ${reason}`)
  }
}

/** Without the variables of the terminal, which tmux sets, and names that no shell can have. */
const inheritedNames = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env).filter((name) => /^[A-Za-z_]\w*$/.test(name) && !terminalOnly.has(name))

const terminalOnly = new Set([
  'TERM',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TMUX',
  'TMUX_PANE',
  'PWD',
  'SHLVL',
  '_',
])
