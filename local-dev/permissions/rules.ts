/** Rules as people write them: `{deny:[], ask:[], allow:[]}` of `read:GLOB`, `edit:GLOB`, `run:COMMAND`, `fetch:HOST`. */
import * as z from 'zod'
import { parseJson } from '../../schemas/json-text'
import { reasonOf } from '../lib/reason'
import { readShellLine } from './shell-reader'

type RuleKind = 'read' | 'edit' | 'run' | 'fetch'

export interface Rule {
  /** As it is written. */
  text: string
  kind: RuleKind
  /** What stands behind the kind. */
  value: string
  /** Of a command: the words that it begins with. */
  words: readonly string[]
}

/** Deny beats ask, ask beats allow. */
export interface Rules {
  deny: readonly Rule[]
  ask: readonly Rule[]
  allow: readonly Rule[]
}

export const noRules: Rules = { deny: [], ask: [], allow: [] }

/** Rules that cannot be read: in one sentence which file, and where in it. Whoever hears it starts nothing. */
export class RulesError extends Error {
  constructor(file: string, problem: string) {
    super(`The permissions in ${file} cannot be used: ${problem}`)
    this.name = 'RulesError'
  }
}

const ruleList = z.array(z.string()).max(1000).default([])

/** A misspelt list would be one that holds nothing. */
const PermissionsFile = z.strictObject({ deny: ruleList, ask: ruleList, allow: ruleList })

/** Reads the text of a file. Throws `RulesError`. */
export const parseRules = (text: string, file: string): Rules => {
  const parsed = PermissionsFile.safeParse(jsonOf(text, file))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.')
    throw new RulesError(file, `${where ? `${where}: ` : ''}${issue?.message ?? 'it is no list of rules'}`)
  }
  const { deny, ask, allow } = parsed.data
  const rulesOf = (name: string, texts: readonly string[]) =>
    texts.map((each, index) => parseRule(each, `${name}[${index}]`, file))
  return { deny: rulesOf('deny', deny), ask: rulesOf('ask', ask), allow: rulesOf('allow', allow) }
}

/** Those of several files together. */
export const joinRules = (all: readonly Rules[]): Rules => ({
  deny: all.flatMap(({ deny }) => deny),
  ask: all.flatMap(({ ask }) => ask),
  allow: all.flatMap(({ allow }) => allow),
})

const jsonOf = (text: string, file: string): unknown => {
  // JSON keeps only the last of two lists of one name.
  const twice = ['deny', 'ask', 'allow'].find(
    (name) => text.split(new RegExp(`(?<!\\\\)"${name}"\\s*:`)).length > 2,
  )
  if (twice !== undefined) throw new RulesError(file, `${twice} is there twice`)
  try {
    return parseJson(text)
  } catch (error) {
    throw new RulesError(file, reasonOf(error))
  }
}

const parseRule = (text: string, where: string, file: string): Rule => {
  const refuse = (problem: string) => new RulesError(file, `${where}: ${JSON.stringify(text)} ${problem}`)
  const [, kind, written = ''] = /^(read|edit|run|fetch):([\s\S]*)$/.exec(text) ?? []
  const value = written.trim()
  if (!isKind(kind)) throw refuse('does not begin with read:, edit:, run: or fetch:')
  if (value === '') throw refuse(`names nothing behind ${kind}:`)
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) throw refuse('has characters that nobody sees')
  if (kind === 'run') return { text, kind, value, words: wordsOf(value, refuse) }
  if (kind === 'fetch') {
    if (!/^(?:\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/i.test(value))
      throw refuse('is no host: write example.com, *.example.com or *')
  } else if (/[[\]{}\\]/.test(value)) {
    throw refuse('has a character that patterns do not know: only *, ** and ? stand for others')
  } else if (value.split('/').includes('..')) throw refuse('has "..": write the path from / or ~/')
  else if (/^~(?!\/)/.test(value)) throw refuse('names the home of another user: write ~/')
  return { text, kind, value, words: [] }
}

const isKind = (kind: string | undefined): kind is RuleKind => kind !== undefined

const patternProblem =
  'has a pattern: a rule stands for all commands that begin with its words, so leave * out'

/** A rule names the beginning of one plain command: what a shell would replace in it would never be found. */
const wordsOf = (value: string, refuse: (problem: string) => RulesError): string[] => {
  if (/[:\s]\*$/.test(value)) throw refuse(patternProblem)
  const { commands, problem } = readShellLine(value)
  const [command, second] = commands
  if (problem !== undefined) throw refuse(`is no plain beginning of a command: ${problem}`)
  if (!command || second) throw refuse('is more than one command: write a rule for each')
  if (command.assignments.length > 0) throw refuse('sets a variable: write the command alone')
  if (command.words.some(({ hasGlob }) => hasGlob)) throw refuse(patternProblem)
  return command.words.map(({ text }) => text)
}
