/**
 * Parses the command line strictly. citty accepts any flag that it does not know, and keeps only the last of a
 * repeated one: a mistyped `--task` would report on every task. So this runs before it.
 */
import type { ArgDef, ArgsDef } from 'citty'
import { UsageError } from './exit'

export interface ParsedArguments {
  /** Every value of each flag that is given, in order. */
  flags: ReadonlyMap<string, readonly string[]>
  positionals: readonly string[]
}

/** `repeatable`: the flags that may be given more than once. Throws `UsageError`. */
export const readArguments = (
  raw: readonly string[],
  args: ArgsDef,
  repeatable: readonly string[],
): ParsedArguments => {
  const flags = new Map<string, string[]>()
  const positionals: string[] = []
  let swallowed = ''
  const rest = [...raw]
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token === '--') {
      positionals.push(...rest)
      break
    }
    const flag = readFlag(token, args)
    if (!flag) {
      positionals.push(token)
      continue
    }
    if (takesNext(flag) && isFlag(rest[0], args)) swallowed = `: --${flag.name} has the value ${rest[0]}`
    const value = flag.value ?? (takesNext(flag) ? rest.shift() : 'true')
    if (value === undefined) throw new UsageError(`--${flag.name} needs a value`)
    if (flags.has(flag.name) && !repeatable.includes(flag.name))
      throw new UsageError(`--${flag.name} is given twice`)
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), value])
  }
  const positionalCount = Object.values(args).filter(({ type }) => type === 'positional').length
  const tooMany = positionals[positionalCount]
  if (tooMany !== undefined)
    throw new UsageError(
      `"${tooMany}" is one argument too many${swallowed || ': a text with spaces goes in single quotes'}`,
    )
  return { flags, positionals }
}

/** The arguments as citty cannot misunderstand them. */
export const unambiguous = ({ flags, positionals }: ParsedArguments): string[] => [
  ...[...flags].map(([name, values]) => `--${name}=${values.at(-1)}`),
  '--',
  ...positionals,
]

/** Whether the help is asked for: a `--help` that is the value of a flag does not. */
export const asksForHelp = (raw: readonly string[], args: ArgsDef): boolean => {
  const rest = [...raw]
  for (let token = rest.shift(); token !== undefined && token !== '--'; token = rest.shift()) {
    if (token === '--help' || token === '-h') return true
    const flag = isFlag(token, args) ? readFlag(token, args) : undefined
    if (flag && takesNext(flag)) rest.shift()
  }
  return false
}

interface Flag {
  name: string
  def: ArgDef
  value: string | undefined
}

/** A token that is a flag; `- text` is none, and `--parentId` is `--parent-id`. */
const readFlag = (token: string, args: ArgsDef): Flag | undefined => {
  const [, written, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(token) ?? []
  if (written === undefined) return undefined
  const name = longName(
    written.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    args,
  )
  const def = args[name]
  if (!def || def.type === 'positional') throw new UsageError(`There is no flag ${token.split('=')[0]}`)
  return { name, def, value }
}

/** `-f` may be short for `--follow`. */
const longName = (name: string, args: ArgsDef): string =>
  Object.entries(args).find(([, def]) => 'alias' in def && def.alias === name)?.[0] ?? name

/** Whether the next word is its value, whatever that is: also one that looks like a flag. */
const takesNext = ({ def, value }: Flag): boolean => def.type !== 'boolean' && value === undefined

const isFlag = (token: string | undefined, args: ArgsDef): boolean => {
  try {
    return token !== undefined && readFlag(token, args) !== undefined
  } catch {
    return false
  }
}

/** The parts of a list, however it was given: with commas between them, or as a flag that is repeated. */
export const listOf = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(',')).flatMap((part) => part.trim() || [])

/** The number that a flag has, from 0 to `max`. Throws `UsageError`. */
export const wholeNumber = (flag: string, text: string, max: number): number => {
  if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text)
  throw new UsageError(`${flag} must be a whole number from 0 to ${max}`)
}
