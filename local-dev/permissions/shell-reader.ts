/**
 * Takes a shell's command line apart into its commands. It reads little, and that for certain: what it does not know is
 * a problem, and its caller asks a person. A parser that knows all of a shell would have to be asked of each construct
 * whether it is harmless; here only what is named is.
 */
import { readWord, ShellProblem, type Word } from './shell-words'

export interface ShellCommand {
  /** The names of variables that are set for it alone. */
  assignments: readonly string[]
  /** At least one. */
  words: readonly Word[]
  /** Whether its standard input is a text that stands in the line, in which nothing is replaced. */
  hasHereDocument: boolean
}

export interface ShellLine {
  /** In their order, however they are joined; with a problem, those before it. */
  commands: readonly ShellCommand[]
  /** Why the rest cannot be read for certain; undefined if all was. */
  problem: string | undefined
}

/** What a shell takes for its own grammar, in sh, bash or zsh. */
const reserved = new Set([
  ...[
    '!',
    '[[',
    ']]',
    '{',
    '}',
    'if',
    'then',
    'else',
    'elif',
    'fi',
    'for',
    'foreach',
    'while',
    'until',
    'do',
    'done',
  ],
  ...[
    'case',
    'esac',
    'in',
    'select',
    'function',
    'time',
    'coproc',
    'repeat',
    'end',
    'always',
    'nocorrect',
    'noglob',
  ],
])

/** A name by which a program is called, or its path. */
const commandName = /^(?:\[|:|[\w./][\w./+@-]*)$/

export const readShellLine = (line: string): ShellLine => {
  const reader = createReader(line)
  try {
    reader.readAll()
    return { commands: reader.commands, problem: undefined }
  } catch (error) {
    if (!(error instanceof ShellProblem)) throw error
    return { commands: reader.commands, problem: error.message }
  }
}

const createReader = (line: string) => {
  const commands: ShellCommand[] = []
  const open: (')' | '}')[] = []
  let at = 0
  /** Behind `(`, `{` and what joins two commands: there must be one. */
  let needsCommand = true
  /** Behind a group's end: what joins, and no word. */
  let afterGroup = false
  let delimiter: string | undefined
  let current: { assignments: string[]; words: Word[]; hasHereDocument: boolean } | undefined

  const finish = () => {
    if (!current) return
    if (current.words.length === 0) throw new ShellProblem('a variable is set for what follows')
    commands.push(current)
    current = undefined
  }
  const isBegun = () => current !== undefined || afterGroup

  const join = (isOptional: boolean) => {
    if (!isBegun()) throw new ShellProblem('a command is missing')
    finish()
    afterGroup = false
    needsCommand = !isOptional
  }

  const close = (bracket: ')' | '}') => {
    if (open.pop() !== bracket || needsCommand) throw new ShellProblem(`a ${bracket} that opens nowhere`)
    finish()
    afterGroup = true
  }

  const openGroup = (bracket: ')' | '}') => {
    open.push(bracket)
    needsCommand = true
  }

  /** Only `<<'WORD'`: nothing in the text is replaced. */
  const readHereDocument = () => {
    const [operator, , word] = /^<<[ \t]*(['"])(\w+)\1(?=[ \t\n;&|)]|$)/.exec(line.slice(at, at + 200)) ?? []
    // Directly behind a digit, it is another input than the standard one.
    const isStandardInput = /[ \t]/.test(line[at - 1] ?? '')
    if (!operator || !word || !isStandardInput || !current || current.words.length === 0)
      throw new ShellProblem('a redirection')
    if (delimiter !== undefined) throw new ShellProblem('two here-documents in one line')
    delimiter = word
    current.hasHereDocument = true
    at += operator.length
  }

  const skipHereDocument = (word: string) => {
    for (;;) {
      const end = line.indexOf('\n', at)
      const text = line.slice(at, end < 0 ? undefined : end)
      at = end < 0 ? line.length : end
      if (text === word) break
      if (end < 0) throw new ShellProblem('a here-document is not closed')
      at++
    }
    delimiter = undefined
  }

  const readLineBreak = () => {
    at++
    if (isBegun()) join(true)
    if (delimiter === undefined) return
    skipHereDocument(delimiter)
  }

  const readOperator = () => {
    const [operator = ''] = /^(?:&&|\|\||[;&|])/.exec(line.slice(at, at + 2)) ?? []
    at += operator.length
    join(operator === ';' || operator === '&')
  }

  const readNextWord = () => {
    if (afterGroup) throw new ShellProblem('a word behind a group')
    const { word, end } = readWord(line, at)
    if (delimiter !== undefined && line.slice(at, end).includes('\n'))
      throw new ShellProblem('a line break before a here-document')
    const isFirst = !current || current.words.length === 0
    const written = line.slice(at, end)
    at = end
    if (!current && (written === '{' || written === '}')) throw new ShellProblem('braces')
    if (isFirst && isAssignment(word)) {
      current ??= { assignments: [], words: [], hasHereDocument: false }
      current.assignments.push(word.text.slice(0, word.text.indexOf('=')))
      return
    }
    if (isFirst && reserved.has(word.text)) throw new ShellProblem(`"${word.text}", which is grammar`)
    if (isFirst && (word.hasGlob || !commandName.test(word.text)))
      throw new ShellProblem('a command whose name is not plain')
    current ??= { assignments: [], words: [], hasHereDocument: false }
    current.words.push(word)
    needsCommand = false
  }

  const readNext = () => {
    const character = line[at] ?? ''
    if (/[ \t]/.test(character)) at++
    else if (line.startsWith('\\\n', at) && delimiter === undefined) at += 2
    else if (character === '\n') readLineBreak()
    else if (/[;&|]/.test(character)) readOperator()
    else if (character === '(') {
      // `((` is arithmetic, and `f()` or `a=(` no group.
      if (isBegun() || line[at + 1] === '(') throw new ShellProblem('a parenthesis within a command')
      at++
      openGroup(')')
    } else if (character === ')') {
      at++
      close(')')
    } else if (/^\{[ \t\n]/.test(line.slice(at, at + 2)) && !isBegun()) {
      at++
      openGroup('}')
    } else if (/^\}(?:[ \t\n;&|)]|$)/.test(line.slice(at, at + 2)) && !isBegun()) {
      at++
      close('}')
    } else if (character === '<') readHereDocument()
    else if (character === '>') throw new ShellProblem('a redirection')
    else readNextWord()
  }

  return {
    commands,
    readAll() {
      while (at < line.length) readNext()
      finish()
      if (open.length > 0) throw new ShellProblem('a group is not closed')
      if (delimiter !== undefined) throw new ShellProblem('a here-document is not closed')
      if (needsCommand) throw new ShellProblem('a command is missing')
    },
  }
}

const isAssignment = ({ text, plainLength }: Word): boolean => {
  const [name] = /^[A-Za-z_]\w*=/.exec(text) ?? []
  return name !== undefined && name.length <= plainLength
}
