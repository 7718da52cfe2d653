#!/usr/bin/env node
/** The `maestro` command. */
import { setFlagsFromString } from 'node:v8'
import { version } from '../../package.json'
import { type CommandGroup, commands, type LoadCommand } from './commands'
import { exitCodeOf, lineOf, UsageError } from './exit'
import { bold, dim, table } from './format'

// The parser of `fetch` is WebAssembly: to optimize it costs more than all that a command does with it (212 → 166 ms).
setFlagsFromString('--liftoff-only')

const print = (line: string) => void process.stdout.write(`${line}\n`)

const isGroup = (entry: LoadCommand | CommandGroup): entry is CommandGroup => typeof entry !== 'function'

const isHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help'

/** Own keys only: `maestro constructor` is not a command. */
const find = <T>(entries: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined

const run = async (words: readonly string[]): Promise<void> => {
  const [first, ...rest] = words
  if (first === undefined || isHelp(first)) return print(await helpOfAll())
  if (first === '--version' || first === '-v') return print(version)
  const entry = find(commands, first)
  if (!entry) throw new UsageError(`There is no command "${first}": maestro --help lists all commands`)
  if (!isGroup(entry)) return runCommand(entry, `maestro ${first}`, rest)
  const [second, ...others] = rest
  if (isHelp(second)) return print(await helpOfGroup(`maestro ${first}`, entry))
  const load = find(entry.commands, second)
  const names = Object.keys(entry.commands).join(', ')
  if (!load) throw new UsageError(`maestro ${first} needs one of: ${names}`)
  return runCommand(load, `maestro ${first} ${second}`, others)
}

const runCommand = async (load: LoadCommand, path: string, words: readonly string[]): Promise<void> => {
  const { command } = await load()
  if (command.asksForHelp(words)) return print(await command.help(path))
  try {
    await command.run(words, print)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
    const hint = error instanceof UsageError ? ` (${path} --help)` : ''
    process.stderr.write(`${path}: ${lineOf(error)}${hint}\n`)
  }
}

const helpOfAll = async (): Promise<string> => {
  const rows: [string, string][] = []
  for (const [name, entry] of Object.entries(commands))
    rows.push([
      isGroup(entry) ? `${name} ${Object.keys(entry.commands).join('|')}` : name,
      isGroup(entry) ? entry.about : (await entry()).command.about,
    ])
  return [
    `maestro ${version}: coordinates coding agents`,
    '',
    `${bold('USAGE')} maestro COMMAND [ARGUMENTS] [--json]`,
    '',
    table(['COMMAND', ''], rows, ''),
    '',
    dim('maestro COMMAND --help has every flag and an example. Environment: MAESTRO_SERVER_URL (default'),
    dim('http://localhost:3000), MAESTRO_API_TOKEN, and in a session MAESTRO_SESSION_ID.'),
  ].join('\n')
}

const helpOfGroup = async (path: string, group: CommandGroup): Promise<string> => {
  const rows: [string, string][] = []
  for (const [name, load] of Object.entries(group.commands)) rows.push([name, (await load()).command.about])
  return [`${path}: ${group.about}`, '', table(['COMMAND', ''], rows, '')].join('\n')
}

// The reader may close the pipe: `maestro events | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever else listens at this moment says it: to an export, a reader that has gone is a failure.
  if (process.stdout.listenerCount('error') > 1) return
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`maestro: standard output cannot be written: ${error.message}\n`)
  process.exit(1)
})

try {
  await run(process.argv.slice(2))
} catch (error) {
  process.exitCode = exitCodeOf(error)
  process.stderr.write(`maestro: ${lineOf(error)}\n`)
}
