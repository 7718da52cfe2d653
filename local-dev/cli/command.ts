/** Defines commands: their flags and help through citty, and what they run. */
import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type ParsedArgs, parseArgs, renderUsage } from 'citty'
import { type Client, createClient } from '../../functions/client/client'
import { httpFetch } from '../lib/http-fetch'
import { olderServerMessage } from '../lib/older-server'
import { asksForHelp, readArguments, unambiguous } from './arguments'
import { type Environment, readEnvironment } from './environment'
import { UsageError } from './exit'
import { bold } from './format'
import { completeIds, type IdArguments } from './ids'
import type { CommandIo } from './io'
import { createTextReader, isText, readTexts, textHelp } from './texts'

/** The result of a command: for programs the server's answer, for people a text. */
interface CommandResult {
  json: unknown
  text: string
  /** Where something was done, and not all is well; default 0. */
  exitCode?: number
}

/** What a command is run with. */
interface CommandContext<A extends ArgsDef> {
  args: ParsedArgs<A>
  /** Every value of a flag that may be repeated. */
  values(flag: string): string[]
  /** Whether the caller is a program. */
  json: boolean
  environment: Environment
  /** The directory that it is called in. */
  cwd: string
  /** What it is given to read. */
  stdin: Readable
  /** All variables. */
  variables: NodeJS.ProcessEnv
  client: Client
  /** A client of another server, with the same token. */
  clientOf(url: string): Client
  /** Prints a line at once, for a command that runs on. */
  print(line: string): void
  /** Tells a person something that is no part of the result. */
  note(line: string): void
  /** Ends a command that runs on. */
  signal: AbortSignal
  /** The text that an argument stands for: `-`, `@FILE`, `@=TEXT`, or itself. For those whose help does not say TEXT. */
  readText(value: string, name: string): Promise<string>
}

interface CommandDefinition<A extends ArgsDef> {
  /** What it does, in a few words. */
  about: string
  /** A useful call, which shows more than the obvious. */
  example: string
  /** Keys are the flags as they are written. */
  args?: A
  /** Flags that may be given more than once. */
  repeatable?: readonly string[]
  /** The arguments that are an id, besides the flags that are one everywhere: of what. */
  ids?: IdArguments
  /** Undefined if the command has printed everything itself. */
  run(context: CommandContext<A>): Promise<CommandResult | undefined>
}

export interface Command {
  readonly about: string
  /** The exit code. Throws whatever goes wrong. */
  run(raw: readonly string[], io: CommandIo): Promise<number>
  /** Whether the help is asked for, instead of a run. */
  asksForHelp(raw: readonly string[]): boolean
  /** The text of `--help`; `path` is how the command is called. */
  help(path: string): Promise<string>
}

const commonFlags = {
  json: { type: 'boolean', description: 'Print JSON instead of text' },
  help: { type: 'boolean', description: 'Show this help' },
} as const satisfies ArgsDef

export const defineCommand = <const A extends ArgsDef>(definition: CommandDefinition<A>): Command => {
  const { about, example, repeatable = [], ids } = definition
  const args: ArgsDef = { ...definition.args, ...commonFlags }
  return {
    about,
    async run(raw, io) {
      const { print, note, signal } = io
      const readText = createTextReader(io)
      const read = await readTexts(readArguments(raw, args, repeatable), args, readText)
      const environment = readEnvironment(io.env)
      const clientOf = (url: string) => clientFor(url, environment)
      const execute = async () => {
        const own = () => clientOf(environment.serverUrl)
        const given = await completeIds(read, { args, ids, client: own, note })
        const values = (flag: string) => [...(given.flags.get(flag) ?? [])]
        const json = values('json').at(-1) === 'true'
        const result = await definition.run({
          args: parseArgs<A>(unambiguous(given), args),
          values,
          json,
          environment,
          cwd: io.cwd,
          stdin: io.stdin,
          variables: io.env,
          get client() {
            return own()
          },
          clientOf,
          print,
          note,
          signal,
          readText,
        })
        if (result) print(json ? jsonText(result.json) : result.text)
        return result?.exitCode ?? 0
      }
      return execute().catch(async (error) => {
        const older = await olderServerMessage(clientOf(environment.serverUrl), error)
        throw older === undefined ? error : new Error(older, { cause: error })
      })
    },
    asksForHelp: (raw) => asksForHelp(raw, args),
    async help(path) {
      const usage = await renderUsage({ meta: { name: path, description: `${about}.` }, args }, { meta: {} })
      const texts = Object.values(args).some(isText) ? `\n\n${textHelp}` : ''
      return `${withoutColors(usage).replace(/ +$/gm, '').trimEnd()}${texts}\n\n${bold('EXAMPLE')}\n\n  ${example}`
    },
  }
}

const clientFor = (url: string, { token, callsFor }: Environment): Client => {
  try {
    return createClient({ url, token, sessionId: callsFor, fetch: httpFetch })
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`MAESTRO_SERVER_URL: ${error.message}`) : error
  }
}

/** Indented on a terminal. */
const jsonText = (value: unknown) => JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0)

/** citty colours its text even where it is not a terminal. */
const withoutColors = (text: string) => (process.stdout.isTTY ? text : stripVTControlCharacters(text))
