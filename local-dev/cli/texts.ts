/** Texts that are too long, or too delicate, for a shell: from standard input, or from a file. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ArgDef, ArgsDef } from 'citty'
import { reasonOf } from '../lib/reason'
import { decodeUtf8 } from '../lib/utf8'
import type { ParsedArguments } from './arguments'
import { UsageError } from './exit'
import type { CommandIo } from './io'

/** How a text can be given, for the help of every command that takes one. */
export const textHelp =
  'TEXT and JSON: - is standard input, @FILE a file; @=TEXT is the text itself, where it begins with @ or is -'

/** Whether an argument is a text, by what stands for its value in the help. */
export const isText = ({ valueHint }: ArgDef): boolean => valueHint === 'TEXT' || valueHint === 'JSON'

/** The arguments with every text read from where it is. Throws `UsageError` where it cannot be read. */
export const readTexts = async (
  given: ParsedArguments,
  args: ArgsDef,
  read: ReadText,
): Promise<ParsedArguments> => {
  const flags = new Map<string, readonly string[]>()
  for (const [name, values] of given.flags)
    flags.set(name, args[name] && isText(args[name]) ? await inOrder(values, read, `--${name}`) : values)
  const defs = Object.entries(args).filter(([, { type }]) => type === 'positional')
  const positionals: string[] = []
  for (const [index, value] of given.positionals.entries()) {
    const [name, def] = defs[index] ?? []
    positionals.push(name && def && isText(def) ? await read(value, name.toUpperCase()) : value)
  }
  return { flags, positionals }
}

/** `name`: the argument, for what is said if it cannot be read. */
export type ReadText = (value: string, name: string) => Promise<string>

const inOrder = async (values: readonly string[], read: ReadText, name: string): Promise<string[]> => {
  const texts: string[] = []
  for (const value of values) texts.push(await read(value, name))
  return texts
}

/** Reads texts from where they are; standard input has one. */
export const createTextReader = ({ stdin, cwd }: Pick<CommandIo, 'stdin' | 'cwd'>): ReadText => {
  let stdinFor: string | undefined
  return async (value, name) => {
    if (value.startsWith('@=')) return value.slice(2)
    if (value === '-') {
      if (stdinFor !== undefined)
        throw new UsageError(`Standard input has only one text: it is taken for ${stdinFor} already`)
      stdinFor = name
      return textOf(await buffer(stdin), `${name}: standard input`)
    }
    if (!value.startsWith('@')) return value
    const file = value.slice(1)
    const bytes = await readFile(resolve(cwd, file)).catch((error) => {
      const hint = `if it is the text itself, write '@=${value}'`
      throw new UsageError(`${name}: the file "${file}" cannot be read (${reasonOf(error)}); ${hint}`)
    })
    return textOf(bytes, `${name}: ${file}`)
  }
}

/** Without the line breaks at the end, as a shell does with `$(cat FILE)`. */
const textOf = (bytes: Uint8Array, source: string): string => {
  try {
    return decodeUtf8(bytes, source).replace(/[\r\n]+$/, '')
  } catch (error) {
    throw new UsageError(reasonOf(error))
  }
}
