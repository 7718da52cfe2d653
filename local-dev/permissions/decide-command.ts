/** What may be run. Each command of a line is judged, and the line is what the worst of them is. */
import { resolve } from 'node:path'
import { allowsCommand, forbidsCommand } from './command-rules'
import { isWithin, locate } from './locations'
import { isOwnVerb } from './own-verbs'
import { forbidsBelow, forbidsPath, namesHost } from './path-rules'
import { createPlaces, type Places } from './places'
import { fileTools, hidingReason, outwardReason, programOf, readers, removers } from './programs'
import { isRemembered } from './remembered'
import type { Rule } from './rules'
import { readShellLine, type ShellCommand, type ShellLine } from './shell-reader'
import type { Decision, PermissionSubject, PolicyContext } from './subject'

/** Longer ones are asked, and what has more words, or goes to more directories. */
const maxCommandChars = 64 * 1024
const maxWords = 1000
const maxDirectories = 32

export const decideCommand = (subject: PermissionSubject, context: PolicyContext): Decision => {
  const { rules, mode } = context
  const line = readLine(subject.command ?? '')
  const steps = followDirectories(line.commands, subject, context)
  const places = createPlaces(context)

  const denied = findForbidding(rules.deny, steps, context)
  if (denied?.isCertain)
    return { decision: 'deny', reason: `the rule ${denied.rule.text} denies it`, rule: denied.rule.text }
  const asked = denied ?? findForbidding(rules.ask, steps, context)
  if (asked)
    return { decision: 'ask', reason: `the rule ${asked.rule.text} may concern it`, rule: asked.rule.text }

  const forbidding = [...rules.deny, ...rules.ask]
  const concernsPaths = forbidding.some(({ kind }) => kind === 'read' || kind === 'edit')
  const unclear = subject.isWhole
    ? (line.problem ?? firstReason(steps, (step) => hidden(step, concernsPaths)))
    : 'the command is not wholly known'
  if (subject.isWhole && isRemembered(subject, context))
    return { decision: 'allow', reason: 'it was allowed for this session' }
  if (mode === 'bypassPermissions')
    return unclear !== undefined && forbidding.length > 0
      ? { decision: 'ask', reason: `whether a rule denies it cannot be told: ${unclear}` }
      : { decision: 'allow', reason: 'nothing is asked in this mode' }
  if (unclear !== undefined) return { decision: 'ask', reason: `it cannot be read for certain: ${unclear}` }

  const refusal = firstReason(steps, (step) => refusalOf(step, places, context))
  if (refusal !== undefined) return { decision: 'ask', reason: refusal }
  const used = steps.flatMap(({ command }) =>
    rules.allow.filter((rule) => rule.kind === 'run' && allowsCommand(rule, command)),
  )
  return {
    decision: 'allow',
    reason: 'each of its commands may be run',
    ...(used[0] && { rule: used[0].text }),
  }
}

const readLine = (text: string): ShellLine => {
  const tooLong = { commands: [], problem: 'it is too long' }
  if (text.length > maxCommandChars) return tooLong
  const line = readShellLine(text)
  const words = line.commands.flatMap((command) => command.words.map((word) => pathsIn(word.text).length + 1))
  return words.reduce((sum, each) => sum + each, 0) > maxWords ? tooLong : line
}

/** A command, and all directories that it may run in. */
interface Step {
  command: ShellCommand
  directories: readonly string[]
}

/** `cd` may fail, or be in a subshell: behind it the directories before it count as well. */
const followDirectories = (
  commands: readonly ShellCommand[],
  { cwd }: PermissionSubject,
  context: PolicyContext,
): Step[] => {
  let directories: readonly string[] =
    cwd === undefined ? [context.cwd] : [resolve(context.cwd, cwd), ...locate(cwd, [context.cwd], context)]
  return commands.map((command) => {
    const step = { command, directories }
    if (command.words[0]?.text === 'cd' && directories.length <= maxDirectories)
      directories = [...new Set([...directories, ...locate(targetOf(command) ?? '/', directories, context)])]
    return step
  })
}

/** Where `cd` goes; undefined where that is not one plain word. */
const targetOf = ({ words }: ShellCommand): string | undefined => {
  const [, target, more] = words
  if (!target) return '~'
  return more || target.hasGlob || /^[-+]/.test(target.text) || target.text === '' ? undefined : target.text
}

const firstReason = (
  steps: readonly Step[],
  reasonOf: (step: Step) => string | undefined,
): string | undefined => {
  for (const step of steps) {
    const reason = reasonOf(step)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** `concernsPaths`: whether a rule may forbid what a pattern finds. */
const hidden = ({ command, directories }: Step, concernsPaths: boolean): string | undefined => {
  if (directories.length > maxDirectories) return 'where it runs'
  const texts = command.words.map(({ text }) => text)
  if (concernsPaths && command.words.some(({ hasGlob }) => hasGlob)) return 'what its pattern finds'
  if (texts[0] === 'cd' && targetOf(command) === undefined) return 'where cd goes'
  return hidingReason(texts, command.assignments)
}

const findForbidding = (
  rules: readonly Rule[],
  steps: readonly Step[],
  context: PolicyContext,
): { rule: Rule; isCertain: boolean } | undefined => {
  const found = rules.flatMap((rule) =>
    steps.flatMap((step) => {
      const match = matchOf(rule, step, context)
      return match === 'no' ? [] : [{ rule, isCertain: match === 'yes' }]
    }),
  )
  return found.find(({ isCertain }) => isCertain) ?? found[0]
}

const matchOf = (
  rule: Rule,
  { command, directories }: Step,
  context: PolicyContext,
): 'yes' | 'maybe' | 'no' => {
  if (rule.kind === 'run') return forbidsCommand(rule, command)
  const texts = command.words.slice(1).map(({ text }) => text)
  if (rule.kind === 'fetch')
    return texts.some((text) => hostsIn(text).some((host) => namesHost(rule, host, true))) ? 'yes' : 'no'
  return matchOfPaths(rule, { command, directories }, context)
}

/** Not every word is a path: `migrations` may be a script's name, and `src/a is new` a message. */
const matchOfPaths = (rule: Rule, step: Step, context: PolicyContext): 'yes' | 'maybe' | 'no' => {
  const { command, directories } = step
  const [program = '', ...rest] = command.words.map(({ text }) => text)
  if (rule.kind === 'edit' && readers.has(program)) return 'no'
  const pieces = program === 'maestro' ? filesOfTexts(rest) : rest.flatMap(pathsIn)
  const isForbidden = (piece: string) =>
    forbidsPath(
      rule,
      [...realPaths([piece], step, context), ...directories.map((directory) => resolve(directory, piece))],
      context,
    )
  const isPath = (piece: string) => fileTools.has(program) || /^\S*[./]\S*$/.test(piece)
  const forbidden = pieces.filter(isForbidden)
  if (forbidden.some(isPath)) return 'yes'
  const isBelow = realPaths(pieces, step, context).some((path) => forbidsBelow(rule, path, context, false))
  return forbidden.length > 0 || isBelow ? 'maybe' : 'no'
}

/** Why a command that can be read is asked; undefined if it may be run. */
const refusalOf = (step: Step, places: Places, context: PolicyContext): string | undefined => {
  const { command, directories } = step
  const { mode, role, rules } = context
  const texts = command.words.map(({ text }) => text)
  const [program = '', ...rest] = texts
  const here = locate('.', directories, context)
  const real = realPathsIn(step, context)
  const reasonOfPlace = here.map(placeReason(places)).find((reason) => reason !== undefined)
  if (reasonOfPlace !== undefined) return reasonOfPlace
  if (!here.every(places.isInside)) return 'it runs outside of the directory'
  if (isOwnVerb(command, mode, role) && command.assignments.length === 0)
    return secretOfOwnVerb(rest, directories, places, context)
  if (command.hasHereDocument) return 'a here-document goes into another program'
  const special = real.map(placeReason(places)).find((reason) => reason !== undefined)
  if (special !== undefined) return special
  if (removers.has(programOf(program)) && real.some((path) => isWithin(places.root, path)))
    return 'it would change the whole directory'
  if (program === 'cd')
    return rest.length > 0 && real.every(places.isInside) ? undefined : 'it goes outside of the directory'
  if (isAllowedByRule(step, rules.allow)) return undefined
  if (mode !== 'auto') return `commands are asked in the mode ${mode}`
  if (command.words.some(({ hasGlob }) => hasGlob)) return 'what its pattern finds is not known'
  if (program.includes('/') && !locate(program, directories, context).every(places.isInside))
    return `${program} is outside of the directory`
  if (!real.every((path) => places.isInside(path) || path === '/dev/null'))
    return 'it names a place outside of the directory'
  return outwardReason(texts)
}

/** The directory itself is named by every second command. */
const placeReason =
  (places: Places) =>
  (path: string): string | undefined =>
    path === places.root ? undefined : places.protectedReason(path)

/** A rule for `./program` does not mean one of that name elsewhere. */
const isAllowedByRule = ({ command, directories }: Step, rules: readonly Rule[]): boolean =>
  (directories.length === 1 || !command.words[0]?.text.includes('/')) &&
  rules.some((rule) => rule.kind === 'run' && allowsCommand(rule, command))

/** To `maestro`, `@FILE` stands for the text of a file. */
const filesOfTexts = (words: readonly string[]): string[] =>
  words.flatMap((word) => /^(?:--?[\w-]+=)?@(?!=)([\s\S]+)/.exec(word)?.[1] ?? [])

const secretOfOwnVerb = (
  words: readonly string[],
  directories: readonly string[],
  places: Places,
  context: PolicyContext,
): string | undefined => {
  const real = filesOfTexts(words).flatMap((file) => locate(file, directories, context))
  return real.map(places.secretReason).find((reason) => reason !== undefined)
}

/** Options whose value is the directory that a program goes to before it looks at its other words. */
const goesTo = /^(?:-C|--directory|--prefix|--cwd|--dir|--work-tree|--git-dir)(?:=|$)/

const realPathsIn = (step: Step, context: PolicyContext): string[] =>
  realPaths(
    step.command.words.slice(1).flatMap(({ text }) => pathsIn(text)),
    step,
    context,
  )

const realPaths = (
  pieces: readonly string[],
  { command, directories }: Step,
  context: PolicyContext,
): string[] => {
  const texts = command.words.slice(1).map(({ text }) => text)
  const gone = texts.flatMap((text, index) =>
    goesTo.test(text)
      ? locate(/=(.*)/s.exec(text)?.[1] ?? texts[index + 1] ?? '.', directories, context)
      : [],
  )
  return pieces.flatMap((piece) => locate(piece, [...directories, ...gone], context))
}

/** What in a word may be a path: the word, what stands behind `=`, `:`, `,` and `@`, and what is joined to an option. */
const pathsIn = (word: string): string[] => {
  const parts = word.split(/[=:,@]/)
  const joined = /^-[^-]/.test(word) ? (/(?:\/|~|\.\.)[\s\S]*/.exec(word)?.[0] ?? '') : ''
  const whole = word.startsWith('-') ? [] : [word]
  return [...new Set([...whole, ...(parts.length > 1 ? parts : []), joined])].filter(
    (part) => part !== '' && !part.includes('\0'),
  )
}

const hostsIn = (word: string): string[] =>
  [...word.matchAll(/[a-z][a-z\d+.-]*:\/\/(?:[^/\s@]*@)?(\[[^\]]*\]|[^/:?#\s]+)/gi)].flatMap(
    ([, host]) => host ?? [],
  )
