/** Finds the command that some words name, and runs it. */
import { version } from '../../package.json'
import { type CommandGroup, commands, hiddenCommands, type LoadCommand } from './commands'
import { exitCodeOf, hintFor, lineOf, UsageError } from './exit'
import { bold, dim, table } from './format'
import type { CommandIo } from './io'

const isGroup = (entry: LoadCommand | CommandGroup): entry is CommandGroup => typeof entry !== 'function'

const isHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help'

/** Own keys only: `maestro constructor` is not a command. */
const find = <T>(entries: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined

/** Runs the command; its exit code. What goes wrong is noted, on one line. */
export const dispatch = async (words: readonly string[], io: CommandIo): Promise<number> => {
  try {
    return await run(words, io)
  } catch (error) {
    io.note(`maestro: ${lineOf(error)}`)
    return exitCodeOf(error)
  }
}

const run = async (words: readonly string[], io: CommandIo): Promise<number> => {
  const [first, ...rest] = words
  const show = (text: string) => {
    io.print(text)
    return 0
  }
  if (first === undefined || isHelp(first)) return show(await helpOfAll())
  if (first === '--version' || first === '-v') return show(version)
  const entry = find(commands, first) ?? find(hiddenCommands, first)
  if (!entry) throw new UsageError(`There is no command "${first}": maestro --help lists all commands`)
  if (!isGroup(entry)) return runCommand(entry, `maestro ${first}`, rest, io)
  const [second, ...others] = rest
  if (isHelp(second)) return show(await helpOfGroup(`maestro ${first}`, entry))
  if (entry.alone && (second === undefined || second.startsWith('-')))
    return runCommand(entry.alone, `maestro ${first}`, rest, io)
  const load = find(entry.commands, second)
  const names = Object.keys(entry.commands).join(', ')
  if (!load) throw new UsageError(`maestro ${first} needs one of: ${names}`)
  return runCommand(load, `maestro ${first} ${second}`, others, io)
}

const runCommand = async (
  load: LoadCommand,
  path: string,
  words: readonly string[],
  io: CommandIo,
): Promise<number> => {
  const { command } = await load()
  if (command.asksForHelp(words)) {
    io.print(await command.help(path))
    return 0
  }
  try {
    return await command.run(words, { ...io, note: (line) => io.note(`${path}: ${line}`) })
  } catch (error) {
    const hint = error instanceof UsageError ? `${path} --help` : hintFor(error)
    io.note(`${path}: ${lineOf(error)}${hint === undefined ? '' : ` (${hint})`}`)
    return exitCodeOf(error)
  }
}

const helpOfAll = async (): Promise<string> => {
  const rows: [string, string][] = []
  for (const [name, entry] of Object.entries(commands))
    rows.push([
      isGroup(entry) ? groupText(name, entry) : name,
      isGroup(entry) ? entry.about : (await entry()).command.about,
    ])
  return [
    `maestro ${version}: coordinates coding agents`,
    '',
    `${bold('USAGE')} maestro COMMAND [ARGUMENTS] [--json]`,
    '',
    table(['COMMAND', ''], rows, ''),
    '',
    dim(
      'maestro COMMAND --help has every flag and an example. Of an id, its beginning is enough where no other has',
    ),
    dim(
      'it. Environment: MAESTRO_SERVER_URL (default http://localhost:3000), MAESTRO_API_TOKEN, and in a session',
    ),
    dim('MAESTRO_SESSION_ID.'),
  ].join('\n')
}

const groupText = (name: string, { alone, commands }: CommandGroup): string => {
  const verbs = Object.keys(commands).join('|')
  return `${name} ${alone ? `[${verbs}]` : verbs}`
}

const helpOfGroup = async (path: string, group: CommandGroup): Promise<string> => {
  const rows: [string, string][] = []
  for (const [name, load] of Object.entries(group.commands)) rows.push([name, (await load()).command.about])
  return [`${path}: ${group.about}`, '', table(['COMMAND', ''], rows, '')].join('\n')
}
