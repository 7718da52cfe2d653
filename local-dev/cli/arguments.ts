/**
 * Parses the command line strictly. citty accepts any flag that it does not know, and keeps only the last of a
 * repeated one: a mistyped `--task` would report on every task. So this runs before it.
 */
import type { ArgDef, ArgsDef } from 'citty'
import { UsageError } from './exit'

export interface ParsedArguments {
  /** The arguments as citty cannot misunderstand them. */
  normalized: string[]
  /** Every value of a flag, in order. */
  values(flag: string): string[]
}

/** `repeatable`: the flags that may be given more than once. Throws `UsageError`. */
export const readArguments = (
  raw: readonly string[],
  args: ArgsDef,
  repeatable: readonly string[],
): ParsedArguments => {
  const given = new Map<string, string[]>()
  const positionals: string[] = []
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
    const value = flag.value ?? valueAfter(flag, rest, args)
    if (given.has(flag.name) && !repeatable.includes(flag.name))
      throw new UsageError(`--${flag.name} is given twice`)
    given.set(flag.name, [...(given.get(flag.name) ?? []), value])
  }
  const positionalCount = Object.values(args).filter(({ type }) => type === 'positional').length
  const tooMany = positionals[positionalCount]
  if (tooMany !== undefined)
    throw new UsageError(`"${tooMany}" is one argument too many: a text with spaces goes in single quotes`)
  const flags = [...given].map(([name, values]) => `--${name}=${values.at(-1)}`)
  return { normalized: [...flags, '--', ...positionals], values: (flag) => given.get(flag) ?? [] }
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
  const name = written.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const def = args[name]
  if (!def || def.type === 'positional') throw new UsageError(`There is no flag ${token.split('=')[0]}`)
  return { name, def, value }
}

const valueAfter = ({ name, def }: Flag, rest: string[], args: ArgsDef): string => {
  if (def.type === 'boolean') return 'true'
  const value = rest.shift()
  if (value === undefined || isKnownFlag(value, args)) throw new UsageError(`--${name} needs a value`)
  return value
}

const isKnownFlag = (token: string, args: ArgsDef): boolean => {
  try {
    return readFlag(token, args) !== undefined
  } catch {
    return false
  }
}

/** The parts of a list, however it was given: with commas between them, or as a flag that is repeated. */
export const listOf = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(',')).flatMap((part) => part.trim() || [])
