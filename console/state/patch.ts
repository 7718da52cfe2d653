/** A change of a file as git words it, line by line, for people to read. Pure. */

export interface PatchLine {
  kind: 'place' | 'added' | 'removed' | 'same' | 'note'
  /** With git's sign in front; what a reader could not see is made visible. */
  text: string
  /** Its number in the file: as it is now, of a removed one as it was. */
  number?: number
}

/** A longer line is cut: it is made by a program, and read by none of us. */
const maxShown = 1000

const place = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/

/**
 * Of each part of the file that is shown, its place and its lines. How many lines follow its place says, so that a line of the file
 * is never taken for a word of git's.
 */
export const patchLines = (patch: string): PatchLine[] => {
  const lines: PatchLine[] = []
  let oldLeft = 0
  let newLeft = 0
  let oldNumber = 0
  let newNumber = 0
  for (const line of patch.replace(/\n$/, '').split('\n')) {
    const found = place.exec(line)
    if (oldLeft + newLeft <= 0) {
      if (found) {
        oldLeft = Number(found[1] ?? 1)
        newLeft = Number(found[2] ?? 1)
        const [, begin = '0', now = '0'] = /^@@ -(\d+)[^+]*\+(\d+)/.exec(line) ?? []
        oldNumber = Number(begin)
        newNumber = Number(now)
        lines.push({ kind: 'place', text: visible(line) })
      } else if (line.startsWith('\\')) lines.push({ kind: 'note', text: visible(line.slice(2)) })
      continue
    }
    const text = visible(line)
    if (line.startsWith('+')) {
      lines.push({ kind: 'added', text, number: newNumber++ })
      newLeft--
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text, number: oldNumber++ })
      oldLeft--
    } else if (line.startsWith('\\')) lines.push({ kind: 'note', text: text.slice(2) })
    else {
      lines.push({ kind: 'same', text, number: newNumber++ })
      oldNumber++
      oldLeft--
      newLeft--
    }
  }
  return lines
}

/** Control characters, and those that turn the order of a line around or have no width: a change may hide in them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

export const visible = (line: string): string => {
  const more = line.length - maxShown
  const text = line.slice(0, maxShown).replace(hidden, (found) => {
    const code = found.charCodeAt(0)
    return code < 32
      ? String.fromCharCode(0x2400 + code)
      : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })
  return more > 0 ? `${text} … and ${more.toLocaleString()} more characters` : text
}
