/**
 * The environment of a process that somebody else starts for us: as arguments everybody could read it, and a tmux
 * server takes 16 KiB of those. A file of the user holds it until a shell has read it.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFile } from '../../../storage/drivers/files/private-files'
import { shellQuote } from '../../lib/shell-word'

/** What the terminal says of itself, and PATH to find a shell at all. */
const fromTerminal = ['TERM', 'TERM_PROGRAM', 'TERM_PROGRAM_VERSION', 'TMUX', 'TMUX_PANE']
const kept = [...fromTerminal, 'PATH'].map((name) => `\${${name}+"${name}=$${name}"}`).join(' ')

/**
 * A script for `sh`: `$0` is another script, which it runs with the same arguments and with nothing of the
 * environment that whoever starts it has, perhaps of another runner.
 */
export const cleanEnvironmentScript = `exec env -i ${kept} sh -c "$0" maestro "$@"`

/** A script for `sh`: takes over the environment in the file `$3`, and removes it. */
export const readEnvironmentScript = '. "$3"; rm -f "$3"'

/** Writes an environment into a folder, and returns the path. Names that no shell can have are left out. */
export const writeEnvironmentFile = async (folder: string, env: NodeJS.ProcessEnv): Promise<string> => {
  const path = join(folder, `.environment-${randomBytes(6).toString('hex')}`)
  const lines = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || !/^[A-Za-z_]\w*$/.test(name) || ofShell.has(name)
      ? []
      : [`export ${name}=${shellQuote(value)}\n`],
  )
  await writeFile(path, lines.join(''), { ...privateFile, flag: 'wx' })
  return path
}

/** What a shell sets itself; some of it it refuses to be told. */
const ofShell = new Set([
  ...fromTerminal,
  ...['PWD', 'SHLVL', '_', 'IFS', 'LINENO', 'OPTIND', 'PPID', 'UID', 'EUID', 'GROUPS'],
  ...['BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO'],
])
