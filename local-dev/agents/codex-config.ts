/** `maestro mcp` in codex's configuration, which is TOML: all that is not ours stays as it is written. */
import { isDeepStrictEqual } from 'node:util'
import { parse, TomlError, type TomlTable } from 'smol-toml'
import { isObject } from '../../schemas/fields'

const servers = 'mcp_servers'
const program = 'maestro'
const headerLine = /^[ \t]*\[[ \t]*mcp_servers[ \t]*\.[ \t]*(["']?)maestro\1[ \t]*\]/

/**
 * The file with this table in it: where ours was, or at the end. `entry`: the table, `[mcp_servers.maestro]` first. Throws where it
 * cannot be read, or names our server in other words.
 */
export const withCodexEntry = (present: string, entry: string): string => {
  const before = read(present)
  if (ownIn(before) !== undefined) return instead(present, before, entry)
  const kept = present.trimEnd()
  const text = kept === '' ? entry : `${kept}\n\n${entry}`
  if (!entryCheck(before, entry)(text)) throw otherwise()
  return text
}

const otherwise = () =>
  new Error('it says otherwise than by a table [mcp_servers.maestro] which servers there are')

const read = (text: string): TomlTable => {
  try {
    return parse(text)
  } catch (error) {
    // Its message goes on with the lines themselves, in which there may be secrets.
    if (error instanceof TomlError) throw new Error(`line ${error.line}: ${error.message.split('\n')[0]}`)
    throw error
  }
}

const ownIn = ({ [servers]: all }: TomlTable): unknown => (isObject(all) ? all[program] : undefined)

const withoutOwn = (table: TomlTable): object => {
  const { [servers]: all = {}, ...rest } = table
  if (!isObject(all)) return table
  const { [program]: _own, ...others } = all
  return { ...rest, [servers]: others }
}

/** Says whether a text is the one before with this entry, and nothing else is read otherwise. */
const entryCheck = (before: TomlTable, entry: string): ((text: string) => boolean) => {
  const wanted = ownIn(parse(entry))
  const others = withoutOwn(before)
  return (text) => {
    try {
      const after = parse(text)
      const own = ownIn(after)
      return (
        isObject(own) &&
        isObject(wanted) &&
        Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(own[key], value)) &&
        isDeepStrictEqual(withoutOwn(after), others)
      )
    } catch {
      return false
    }
  }
}

/** What looks like a header may be within a text, and what looks like the next one within a list: the reader decides. */
const instead = (present: string, before: TomlTable, entry: string): string => {
  const lines = present.split('\n')
  const isEntryAdded = entryCheck(before, entry)
  for (const first of lines.keys()) {
    if (!headerLine.test(lines[first] ?? '')) continue
    for (let end = first + 1; end <= lines.length; end++) {
      if (end < lines.length && !/^[ \t]*\[/.test(lines[end] ?? '')) continue
      const text = [
        ...lines.slice(0, first),
        ...entry.trimEnd().split('\n'),
        ...lines.slice(endOfTable(lines, end)),
      ].join('\n')
      if (isEntryAdded(text)) return text
    }
  }
  throw otherwise()
}

/** Blank lines and comments before the next table belong to that. */
const endOfTable = (lines: readonly string[], end: number): number => {
  let last = end
  while (/^\s*(?:#.*)?$/.test(lines[last - 1] ?? '#')) last--
  return last
}
