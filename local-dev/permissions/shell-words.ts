/**
 * Reads one word of a shell's command line, and only what every shell reads alike (POSIX sh, dash, bash, zsh): plain
 * characters, quotes, backslashes. Whatever a shell would replace by something else is a problem, never a guess.
 */

export interface Word {
  /** Without its quotes. */
  text: string
  /** Whether a shell would look for files that match: then it is perhaps another word, or several. */
  hasGlob: boolean
  /** So many characters of `text`, from the first on, were neither quoted nor escaped. */
  plainLength: number
}

/** Why a line cannot be read for certain. */
export class ShellProblem extends Error {}

/** What stands unquoted for itself: besides these, letters, digits, marks and symbols that are no ASCII. */
const plainAscii = /[\w./:,@%+=^~!#\]-]/
const plainOther = /[^\p{ASCII}\p{Z}\p{C}]/u

/** Reads the word at `start`; `end` is behind it. Throws `ShellProblem`. */
export const readWord = (line: string, start: number): { word: Word; end: number } => {
  let text = ''
  let hasGlob = false
  let plainLength: number | undefined
  /** As it is written, with a quote for each quoted part. */
  let shape = ''
  let at = start
  while (at < line.length) {
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0)
    if (/[ \t\n;&|()<>]/.test(character)) break
    const quoted = readQuoted(line, at)
    if (quoted) {
      if (!line.startsWith('\\\n', at)) {
        plainLength ??= text.length
        shape += "'"
      }
      text += quoted.text
      at = quoted.end
      continue
    }
    if (/[*?[]/.test(character)) hasGlob = true
    else if (!plainAscii.test(character) && !plainOther.test(character))
      throw new ShellProblem(problemOf(character))
    if (character === '#' && shape === '') throw new ShellProblem('a comment')
    text += character
    shape += character
    at += character.length
  }
  if (/^~(?!$|\/)|[=:]~/.test(shape)) throw new ShellProblem('~ stands for something')
  if (/^=./.test(shape)) throw new ShellProblem('= at the beginning of a word')
  return {
    // As a command of its own, `[` looks for nothing.
    word: { text, hasGlob: hasGlob && shape !== '[', plainLength: plainLength ?? text.length },
    end: at,
  }
}

/** A quoted or escaped part; undefined where there is none. */
const readQuoted = (line: string, at: number): { text: string; end: number } | undefined => {
  switch (line[at]) {
    case "'": {
      const close = line.indexOf("'", at + 1)
      if (close < 0) throw new ShellProblem("a ' is not closed")
      return { text: checked(line.slice(at + 1, close)), end: close + 1 }
    }
    case '"':
      return readDoubleQuoted(line, at + 1)
    case '\\': {
      const next = String.fromCodePoint(line.codePointAt(at + 1) ?? 0)
      // A line that goes on in the next one.
      if (next === '\n') return { text: '', end: at + 2 }
      if (!/[\x20-\x7e]/.test(next)) throw new ShellProblem('a backslash before no plain character')
      return { text: next, end: at + 2 }
    }
    default:
      return undefined
  }
}

const readDoubleQuoted = (line: string, start: number): { text: string; end: number } => {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const character = line[at] ?? ''
    const next = line[at + 1] ?? ''
    if (character === '"') return { text: checked(text), end: at + 1 }
    if (character === '`') throw new ShellProblem('backticks')
    // At the end, or before a blank, it is a plain character, as in the pattern "end$".
    if (character === '$' && !/^["\s]$/.test(next)) throw new ShellProblem(problemOf('$'))
    if (character !== '\\') {
      text += character
      continue
    }
    at++
    if (next === '\n') continue
    text += /["\\$`]/.test(next) ? next : `\\${next}`
  }
  throw new ShellProblem('a " is not closed')
}

/** What a shell cannot be given in quotes either. */
const checked = (text: string): string => {
  if (text.includes('\0')) throw new ShellProblem('a NUL')
  return text
}

const problemOf = (character: string): string => {
  if (character === '$') return 'a variable or substitution ($)'
  if (character === '`') return 'backticks'
  if (character === '{' || character === '}') return 'braces within a word'
  return `the character U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
