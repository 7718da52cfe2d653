/** Output for people: tables and details, coloured on a terminal. */

type Style = (text: string) => string

const usesColor = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const ansi =
  (code: number): Style =>
  (text) =>
    usesColor ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = ansi(1)
export const dim = ansi(2)
const red = ansi(31)
const green = ansi(32)
const yellow = ansi(33)
const cyan = ansi(36)

/** Words that stand out. */
const wordStyles: Readonly<Record<string, Style>> = {
  completed: green,
  ok: green,
  working: cyan,
  processing: cyan,
  in_progress: cyan,
  spawning: yellow,
  needs_input: yellow,
  blocked: red,
  failed: red,
  stopped: red,
  error: red,
}
const highlight = (cell: string) => (wordStyles[cell.trim()] ?? String)(cell)

export type Cell = string | number | boolean | null | undefined

/** Escape sequences in somebody else's text would control the terminal; line breaks stay. */
const controlCharacters = /[^\P{Cc}\n\t]/gu
const textOf = (cell: Cell) => (cell ?? '').toString().replace(controlCharacters, '')
const onOneLine = (cell: Cell) => textOf(cell).replace(/\s+/g, ' ')

/** Rows under headings, each column as wide as its widest cell; `emptyText` if there are no rows. */
export const table = (headings: readonly string[], rows: readonly (readonly Cell[])[], emptyText: string) => {
  if (rows.length === 0) return emptyText
  const texts = rows.map((row) => row.map(onOneLine))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], style: Style) =>
    cells
      .map((cell, column) =>
        column < cells.length - 1 ? style(cell.padEnd(widths[column] ?? 0)) : style(cell),
      )
      .join('  ')
      .trimEnd()
  return [line(headings, dim), ...texts.map((row) => line(row, highlight))].join('\n')
}

/** Names and values, one a line; those without a value are left out, long texts follow. */
export const details = (values: Readonly<Record<string, Cell | readonly string[]>>): string => {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] => {
    const text = isList(value) ? value.map(onOneLine).join('\n') : textOf(value)
    return text.trim() === '' ? [] : [[name, text]]
  })
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  const indent = `\n${' '.repeat(width + 2)}`
  return entries
    .map(([name, text]) => `${dim(name.padEnd(width))}  ${highlight(text).replaceAll('\n', indent)}`)
    .join('\n')
}

const isList = (value: Cell | readonly string[]): value is readonly string[] => Array.isArray(value)

/** A text with somebody's words in it, on one line and without control characters. */
export const sentence = (text: string): string => onOneLine(text)

/** A text of several lines, as it may go to a terminal. */
export const plain = (text: string): string => textOf(text)

/** Lines that stand in from the left, without control characters. */
export const indented = (text: string, width: number): string =>
  textOf(text)
    .split('\n')
    .map((line) => `${' '.repeat(width)}${line}`.trimEnd())
    .join('\n')

/** How long something has taken so far, such as `5 min`, from milliseconds. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`
}

/** A local time, such as `2026-02-08 10:00:00`, from Unix milliseconds. */
export const time = (milliseconds: number | null | undefined): string => {
  if (milliseconds == null) return ''
  const local = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}
