/** What people read: tables and details, coloured on a terminal. */

type Paint = (text: string) => string

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const colour =
  (code: number): Paint =>
  (text) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = colour(1)
export const dim = colour(2)
const red = colour(31)
const green = colour(32)
const yellow = colour(33)
const cyan = colour(36)

/** Words that a reader looks for. */
const colours: Readonly<Record<string, Paint>> = {
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
const painted = (cell: string) => (colours[cell.trim()] ?? String)(cell)

export type Cell = string | number | boolean | null | undefined

/** Somebody else's text could tell the terminal what to do; line breaks stay. */
const controls = /[^\P{Cc}\n\t]/gu
const textOf = (cell: Cell) => (cell ?? '').toString().replace(controls, '')
const onOneLine = (cell: Cell) => textOf(cell).replace(/\s+/g, ' ')

/** Rows under headings, each column as wide as its widest cell; `nothing` if there are no rows. */
export const table = (headings: readonly string[], rows: readonly (readonly Cell[])[], nothing: string) => {
  if (rows.length === 0) return nothing
  const texts = rows.map((row) => row.map(onOneLine))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], paint: Paint) =>
    cells
      .map((cell, column) =>
        column < cells.length - 1 ? paint(cell.padEnd(widths[column] ?? 0)) : paint(cell),
      )
      .join('  ')
      .trimEnd()
  return [line(headings, dim), ...texts.map((row) => line(row, painted))].join('\n')
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
    .map(([name, text]) => `${dim(name.padEnd(width))}  ${painted(text).replaceAll('\n', indent)}`)
    .join('\n')
}

const isList = (value: Cell | readonly string[]): value is readonly string[] => Array.isArray(value)

/** A sentence with somebody's text in it. */
export const sentence = (text: string): string => onOneLine(text)

/** A time as people here write it down; Unix milliseconds in, `2026-02-08 10:00:00` out. */
export const time = (milliseconds: number | null | undefined): string => {
  if (milliseconds == null) return ''
  const local = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}
