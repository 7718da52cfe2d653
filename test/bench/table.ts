/** The rows of the bench and how they are printed. */

export type Row = {
  measure: string
  /** NaN when the measure failed; `note` then says why. */
  value: number
  unit: '/s' | 'ms' | 'MB' | 'x'
  target?: { atLeast: number } | { atMost: number }
  /** False for a row with a target that is shown to compare, not to be judged. */
  judged: boolean
  note: string
}

type Verdict = 'ok' | 'miss' | ''

const decimals = { '/s': 0, ms: 2, MB: 1, x: 2 } as const

/** `ok` or `miss`, empty for a row without a target. A measure that failed is a miss. */
const verdict = (row: Row): Verdict => {
  if (!row.target) return Number.isNaN(row.value) ? 'miss' : ''
  const met = 'atLeast' in row.target ? row.value >= row.target.atLeast : row.value <= row.target.atMost
  return met ? 'ok' : 'miss'
}

/** Columns for people; colour only where `colour` says so. */
export const asTable = (rows: Row[], colour: boolean): string => {
  const head = ['measure', 'result', 'target', '', 'note']
  const lines = [head, ...rows.map(cells)]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const print = (line: string[]): string =>
    line
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - cell.length)
        return column === 1 || column === 2 ? padding + cell : paint(cell, colour) + padding
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [print(head), rule, ...lines.slice(1).map(print)].join('\n')
}

/** For machines: numbers as they were measured, `ok` absent where there is no target. */
export const asJson = (rows: Row[], context: object): string => {
  const measures = rows.map((row) => {
    const ok = row.target ? { ok: verdict(row) === 'ok' } : {}
    return { ...row, value: Number.isNaN(row.value) ? null : row.value, ...ok }
  })
  return JSON.stringify({ ...context, measures }, null, 2)
}

const cells = (row: Row): string[] => {
  const text = verdict(row)
  const target = row.target
  const bound = !target
    ? ''
    : 'atLeast' in target
      ? `>= ${format(target.atLeast, row.unit)}`
      : `<= ${format(target.atMost, row.unit)}`
  return [
    row.measure,
    Number.isNaN(row.value) ? 'failed' : format(row.value, row.unit),
    bound,
    text === '' || row.judged ? text : `(${text})`,
    row.note,
  ]
}

const format = (value: number, unit: Row['unit']): string => {
  const digits = Number.isInteger(value) ? 0 : decimals[unit]
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  if (unit === 'x') return number
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`
}

const paint = (cell: string, colour: boolean): string => {
  if (!colour) return cell
  if (cell === 'ok') return `\u001b[32m${cell}\u001b[39m`
  return cell === 'miss' ? `\u001b[31m${cell}\u001b[39m` : cell
}
