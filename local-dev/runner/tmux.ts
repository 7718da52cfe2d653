/** Terminals that a person can look into: a tmux server of our own, in it a tmux session for each of ours. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { logOf } from './folder'
import { gateOf, throughGate } from './gate'
import type { Start } from './launch'
import { quoted } from './own-program'

const run = promisify(execFile)

/** Its name among the tmux servers of this user: `tmux -L maestro ls` lists what runs. */
export const tmuxSocket = 'maestro'

export const isTmuxThere = (): Promise<boolean> =>
  run('tmux', ['-V']).then(
    () => true,
    () => false,
  )

/** Starts the command in a terminal of its own, and answers its pid. Throws what tmux says. */
export const startInTmux = async ({ id, command, cwd, env, folder }: Start): Promise<number> => {
  // Formats and times are replaced in what pipe-pane runs.
  const log = quoted(logOf(folder)).replaceAll('#', '##').replaceAll('%', '%%')
  const steps = [
    ['start-server'],
    // tmux takes these over from whoever creates a session. As arguments, everybody could read their values.
    ['set-option', '-g', 'update-environment', namesOf(env).join(' ')],
    ['new-session', '-d', '-s', id, '-x', '160', '-y', '48', '-P', '-F', '#{pane_pid}'].concat([
      'sh',
      '-c',
      throughGate,
      'maestro',
      gateOf(folder),
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
    const why = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`tmux could not start it (--without-tmux does without): ${why}`)
  }
}

/** What describes the terminal is tmux's own; names that no shell can have are nobody's. */
const namesOf = (env: NodeJS.ProcessEnv): string[] =>
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
