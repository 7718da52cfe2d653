// Turns what a terminal showed over time into one SVG that plays it: no script, no font to load.

const cell = { width: 8.4, height: 18 }
const margin = 14
const colours = { text: '#d4d4d4', background: '#1e1e1e', dim: '#8a8a8a' }
/** The eight colours of a terminal, and what they look like. */
const palette = ['#5c6370', '#e06c75', '#7cc379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d4d4d4']

/**
 * @param {{ at: number, screen: string }[]} frames what the screen showed from this moment on, in milliseconds;
 *   texts with colours as `tmux capture-pane -e -p` gives them
 * @param {{ columns: number, rows: number, end: number }} size `end`: when the last frame is over
 */
export const terminalSvg = (frames, { columns, rows, end }) => {
  const known = new Map()
  const groups = frames.map(({ screen }, index) => {
    // A colour goes on in the next line.
    let style = plain
    const uses = screen
      .split('\n')
      .slice(0, rows)
      .map((line, row) => {
        const { runs, after } = runsOf(line, style)
        style = after
        return runs.length === 0 ? '' : use(known, runs.map(textOf).join(''), row)
      })
    return `<g class="f f${index}">${uses.join('')}</g>`
  })
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = rows * cell.height + 2 * margin
  const lines = [...known].map(([line, id]) => `<g id="${id}">${line}</g>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal in which Maestro runs a session">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;fill:${colours.text}}
.f{visibility:hidden}.f${frames.length - 1}{visibility:visible}
@media (prefers-reduced-motion:no-preference){.f{visibility:hidden;animation:${end}ms step-end infinite}
${frames.map((_, index) => playOf(frames, index, end)).join('\n')}}
</style>
<defs>${lines.join('\n')}</defs>
<rect width="100%" height="100%" rx="8" fill="${colours.background}"/>
<g transform="translate(${margin} ${margin})">
${groups.join('\n')}
</g></svg>
`
}

/** A line that several frames show is there once. */
const use = (known, line, row) => {
  const id = known.get(line) ?? `l${known.size}`
  known.set(line, id)
  return `<use href="#${id}" y="${row * cell.height}"/>`
}

/** When a frame is to be seen, in hundredths of the whole. */
const playOf = (frames, index, end) => {
  const percent = (time) => ((100 * time) / end).toFixed(2)
  const begin = percent(frames[index].at)
  const next = frames[index + 1]
  const over = next ? `${percent(next.at)}%{visibility:hidden}` : ''
  return `@keyframes p${index}{0%{visibility:hidden}${begin}%{visibility:visible}${over}}.f${index}{animation-name:p${index}}`
}

/** What begins a colour. */
const escapeCharacter = String.fromCharCode(27)

const plain = { fill: undefined, bold: false, dim: false }

/** Pieces of a line that look alike: `{ text, column, fill, bold, dim }`; and how what comes after it looks. */
const runsOf = (line, before) => {
  const runs = []
  let style = before
  let column = 0
  for (const [index, piece] of line.split(escapeCharacter).entries()) {
    const [, codes = '', text = ''] = index === 0 ? ['', '', piece] : (/^\[([\d;]*)m(.*)$/.exec(piece) ?? [])
    if (index > 0) style = codes.split(';').reduce(changed, style)
    if (text.trim() !== '') runs.push({ text, column, ...style })
    column += text.length
  }
  return { runs, after: style }
}

const changed = (style, code) => {
  const number = Number(code)
  if (number === 0) return plain
  if (number === 1) return { ...style, bold: true }
  if (number === 2) return { ...style, dim: true }
  if (number === 22) return { ...style, bold: false, dim: false }
  if (number === 39) return { ...style, fill: undefined }
  return number >= 30 && number <= 37 ? { ...style, fill: palette[number - 30] } : style
}

/** As wide as its cells, whatever font there is. */
const textOf = ({ text, column, bold, dim, ...style }) => {
  const fill = style.fill ?? (dim ? colours.dim : undefined)
  const blanks = text.length - text.trimStart().length
  const shown = text.trim()
  const attributes = [
    `x="${((column + blanks) * cell.width).toFixed(1)}" y="${cell.height - 4}"`,
    `textLength="${(shown.length * cell.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`,
    ...(fill || bold ? [`style="${fill ? `fill:${fill};` : ''}${bold ? 'font-weight:bold' : ''}"`] : []),
  ]
  return `<text ${attributes.join(' ')}>${escaped(shown)}</text>`
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
