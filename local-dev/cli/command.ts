/** What a command is: a definition for citty, and what it does. */
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type ParsedArgs, parseArgs, renderUsage } from 'citty'
import { type Client, createClient } from '../../functions/client/client'
import { readArguments } from './arguments'
import { type Environment, readEnvironment } from './environment'
import { UsageError } from './exit'
import { bold } from './look'

/** What a command hands back: for programs the server's answer, for people a text. */
interface Answer {
  json: unknown
  text: string
}

/** What a command finds. */
interface Call<A extends ArgsDef> {
  args: ParsedArgs<A>
  /** Every value of a flag that may be repeated. */
  values(flag: string): string[]
  /** Whether the caller is a program. */
  json: boolean
  environment: Environment
  client: Client
  /** A client of another server, with the same token. */
  clientOf(url: string): Client
  /** Prints a line at once: for a command that goes on. */
  print(line: string): void
}

interface Definition<A extends ArgsDef> {
  /** What it does, in a few words. */
  about: string
  /** A call that makes sense, and shows more than the obvious. */
  example: string
  /** Keys are the flags as they are written. */
  args?: A
  /** Flags that may be given more than once. */
  repeatable?: readonly string[]
  /** A command that has printed everything itself answers nothing. */
  run(call: Call<A>): Promise<Answer | undefined>
}

export interface Command {
  readonly about: string
  /** Throws whatever goes wrong. */
  run(raw: readonly string[], print: (line: string) => void): Promise<void>
  /** The text of `--help`; `path` is how the command is called. */
  help(path: string): Promise<string>
}

const everyCommand = {
  json: { type: 'boolean', description: "The server's answer as JSON on standard output" },
  help: { type: 'boolean', description: 'This text' },
} as const satisfies ArgsDef

export const defineCommand = <const A extends ArgsDef>(definition: Definition<A>): Command => {
  const { about, example, repeatable = [] } = definition
  const args: ArgsDef = { ...definition.args, ...everyCommand }
  return {
    about,
    async run(raw, print) {
      const given = readArguments(raw, args, repeatable)
      const parsed = parseArgs<A>(given.normalized, args)
      const json = given.values('json').at(-1) === 'true'
      const environment = readEnvironment(process.env)
      const answer = await definition.run({
        args: parsed,
        values: given.values,
        json,
        environment,
        get client() {
          return clientFor(environment.serverUrl, environment)
        },
        clientOf: (url) => clientFor(url, environment),
        print,
      })
      if (answer) print(json ? jsonText(answer.json) : answer.text)
    },
    async help(path) {
      const usage = await renderUsage({ meta: { name: path, description: `${about}.` }, args }, { meta: {} })
      return `${shown(usage).replace(/ +$/gm, '').trimEnd()}\n\n${bold('EXAMPLE')}\n\n  ${example}`
    },
  }
}

const clientFor = (url: string, { token }: Environment): Client => {
  try {
    return createClient({ url, token })
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`MAESTRO_SERVER_URL: ${error.message}`) : error
  }
}

/** Indented where a person reads along. */
const jsonText = (value: unknown) => JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0)

/** citty colours what nobody sees. */
const shown = (text: string) => (process.stdout.isTTY ? text : stripVTControlCharacters(text))
