/** Which tables and keys a TOML file names, and in which lines: enough to add a table to it, and to see that it can be read. */

export interface TomlStatement {
  /** In full: `['mcp_servers', 'maestro', 'command']`. */
  path: readonly string[]
  /** Of a key, the path of the table that it is written in; of a table its own. */
  table: readonly string[]
  /** `list`: a table of a list of them, `[[…]]`. */
  kind: 'table' | 'list' | 'key'
  /** Counted from 0, the last one included. */
  firstLine: number
  lastLine: number
}

/** Throws an error that names the line of what cannot be read. */
export const tomlStatements = (text: string): TomlStatement[] => {
  const reader = readerOf(text)
  const statements: TomlStatement[] = []
  let table: readonly string[] = []
  for (reader.skip(between); !reader.isAtEnd(); reader.skip(between)) {
    const firstLine = reader.line()
    const brackets = reader.take(/\[\[?/y)
    const kind = brackets === undefined ? 'key' : brackets === '[' ? 'table' : 'list'
    const named = kind === 'key' ? readPair(reader) : keyOf(reader)
    if (kind !== 'key') {
      reader.need(kind === 'table' ? /\]/y : /\]\]/y, 'the end of the table’s name')
      table = named
    }
    const path = kind === 'key' ? [...table, ...named] : named
    statements.push({ path, table, kind, firstLine, lastLine: reader.line() })
    reader.need(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y, 'the end of the line')
  }
  return statements
}

const blanks = /[ \t]*/y
/** Blanks, comments, line ends. */
const between = /(?:[ \t\r\n]|#[^\n]*)*/y

interface Reader {
  isAtEnd(): boolean
  line(): number
  skip(pattern: RegExp): void
  /** What the pattern matches here; undefined if nothing. */
  take(pattern: RegExp): string | undefined
  need(pattern: RegExp, what: string): string
}

const readerOf = (text: string): Reader => {
  let at = 0
  const line = () => text.slice(0, at).split('\n').length - 1
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  return {
    isAtEnd: () => at >= text.length,
    line,
    skip: take,
    take,
    need(pattern, what) {
      const found = take(pattern)
      if (found === undefined) throw new Error(`line ${line() + 1}: ${what} is missing`)
      return found
    },
  }
}

const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y
const literal = /'[^'\n]*'/y
const bare = /[A-Za-z0-9_-]+/y

/** `a."b c".d`, with the blanks around it. */
const keyOf = (reader: Reader): string[] => {
  const parts: string[] = []
  do {
    reader.skip(blanks)
    const text = reader.take(quoted)
    if (text === undefined) parts.push(reader.take(literal)?.slice(1, -1) ?? reader.need(bare, 'a key'))
    else parts.push(unescaped(text))
    reader.skip(blanks)
  } while (reader.take(/\./y) !== undefined)
  return parts
}

const unescaped = (text: string): string => {
  try {
    return String(JSON.parse(text))
  } catch {
    // An escape that JSON has not: no name that is looked for has one.
    return text.slice(1, -1)
  }
}

/** The longer quotes first: the shorter ones begin them. */
const scalars = [
  /"""(?:[^\\]|\\[\s\S])*?"{3,5}/y,
  /'''[\s\S]*?'{3,5}/y,
  /(?!""")"(?:[^"\\\n]|\\[^\n])*"/y,
  /(?!''')'[^'\n]*'/y,
  /(?:true|false)\b/y,
  /[+-]?(?:inf|nan|\d)[\w.+:-]*(?: \d\d:[\d:.]+(?:Z|[+-][\d:]+)?)?/y,
]

const readValue = (reader: Reader): void => {
  reader.skip(blanks)
  if (reader.take(/\[/y) !== undefined) readMembers(reader, /\]/y, readValue)
  else if (reader.take(/\{/y) !== undefined) readMembers(reader, /\}/y, readPair)
  else if (!scalars.some((pattern) => reader.take(pattern) !== undefined))
    throw new Error(`line ${reader.line() + 1}: a whole value is missing`)
}

/** The key. */
const readPair = (reader: Reader): string[] => {
  const key = keyOf(reader)
  reader.need(/=/y, 'an = after the key')
  readValue(reader)
  return key
}

/** Of a list or an inline table, to its end. */
const readMembers = (reader: Reader, end: RegExp, readMember: (reader: Reader) => unknown): void => {
  for (;;) {
    reader.skip(between)
    if (reader.take(end) !== undefined) return
    readMember(reader)
    reader.skip(between)
    if (reader.take(/,/y) !== undefined) continue
    reader.need(end, 'the end of a list or table')
    return
  }
}
