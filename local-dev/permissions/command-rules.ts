/** Whether rules for commands hold. To allow, a rule must hold for certain; to forbid, that it may is enough. */
import { matchesGlob, parseGlob } from './glob'
import { hidingReason, programOf, readGit } from './programs'
import type { Rule } from './rules'
import { readShellLine, type ShellCommand } from './shell-reader'
import type { Word } from './shell-words'

/** Whether an `allow` rule is the beginning of the command, word by word. */
export const allowsCommand = ({ words }: Rule, command: ShellCommand): boolean =>
  words.every((text, index) => {
    const word = command.words[index]
    return word !== undefined && !word.hasGlob && word.text === text
  }) && command.words.every(({ hasGlob, text }) => !hasGlob || isTame(text))

/** A pattern that finds files of this directory only, and no hidden ones. */
const isTame = (text: string): boolean => /^[\w*?-][^/[]*(?:\/[\w*?-][^/[]*)*$/.test(text)

type Match = 'yes' | 'maybe' | 'no'

/**
 * Whether a `deny` or `ask` rule is the beginning of the command, or of one that it hides: however the program is
 * called, and whatever options of git stand before the subcommand.
 */
export const forbidsCommand = (rule: Rule, command: ShellCommand): Match => {
  const isHiding =
    hidingReason(
      command.words.map(({ text }) => text),
      [],
    ) !== undefined
  const hidden = isHiding ? hiddenIn(command.words) : []
  const found = [command.words, ...hidden].map((words) => beginsWith(rule.words, words))
  return found.includes('yes') ? 'yes' : found.includes('maybe') ? 'maybe' : 'no'
}

const beginsWith = (rule: readonly string[], words: readonly Word[]): Match => {
  const texts = words.map(({ text }) => text)
  const direct = compare(rule, words)
  if (direct !== 'no' || programOf(texts[0] ?? '') !== programOf(rule[0] ?? '')) return direct
  if (programOf(texts[0] ?? '') === 'git') {
    const { rest } = readGit(texts)
    const withoutOptions = compare(rule, [...words.slice(0, 1), ...words.slice(words.length - rest.length)])
    if (withoutOptions !== 'no') return withoutOptions
  }
  // Of other programs it is not known which of their options have a value.
  return texts[1]?.startsWith('-') && isSubsequence(rule.slice(1), texts.slice(1)) ? 'maybe' : 'no'
}

const compare = (rule: readonly string[], words: readonly Word[]): Match => {
  let isCertain = true
  for (const [index, text] of rule.entries()) {
    const word = words[index]
    if (!word) return 'no'
    const isEqual = index === 0 ? programOf(word.text) === programOf(text) : word.text === text
    if (isEqual && !word.hasGlob) continue
    if (!word.hasGlob || !mayBecome(word.text, text)) return 'no'
    isCertain = false
  }
  return isCertain ? 'yes' : 'maybe'
}

/** Whether the names that a shell puts in place of a pattern may be this one. */
const mayBecome = (pattern: string, text: string): boolean =>
  matchesGlob(parseGlob(pattern.replace(/\[.*/s, '*')), text)

const isSubsequence = (wanted: readonly string[], words: readonly string[]): boolean => {
  let at = 0
  for (const word of words) if (word === wanted[at]) at++
  return at === wanted.length
}

/** What a program may run of its words: each end of them, and each word that is a line of its own. */
const hiddenIn = (words: readonly Word[]): (readonly Word[])[] => {
  const rest = words.slice(1)
  const lines = [
    ...rest.map(({ text }) => text).filter((text) => /\s/.test(text)),
    rest.map(({ text }) => text).join(' '),
  ]
  return [
    ...rest.map((_, index) => rest.slice(index)),
    ...lines.flatMap((line) => readShellLine(line).commands.map((command) => command.words)),
  ]
}
