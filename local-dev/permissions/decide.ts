/**
 * What an agent may do unasked: rules first (deny beats ask, ask beats allow), then the mode. Pure: what it needs of the
 * file system comes with `realPath`. None of it is a sandbox; a program that may run does what it does.
 */
import { resolve } from 'node:path'
import { decideCommand } from './decide-command'
import { isWithin, locate } from './locations'
import { allowsPath, forbidsBelow, forbidsPath, namesHost } from './path-rules'
import { createPlaces, type Places } from './places'
import { isRemembered } from './remembered'
import type { Rule } from './rules'
import type { Decision, PermissionSubject, PolicyContext } from './subject'

export const decide = (subject: PermissionSubject, context: PolicyContext): Decision => {
  switch (subject.kind) {
    case 'run':
      return decideCommand(subject, context)
    case 'read':
    case 'edit':
      return decidePaths(subject, context)
    case 'fetch':
      return decideFetch(subject, context)
    default:
      return ofMode(context, { decision: 'ask', reason: 'it is no read, edit, command or fetch' })
  }
}

const allowed = (reason: string, rule?: Rule): Decision => ({
  decision: 'allow',
  reason,
  ...(rule && { rule: rule.text }),
})

const ofMode = ({ mode }: PolicyContext, otherwise: Decision): Decision =>
  mode === 'bypassPermissions' ? allowed('nothing is asked in this mode') : otherwise

/** What a rule of these lists decides, if one does. */
const byRules = ({ rules }: PolicyContext, holds: (rule: Rule) => boolean): Decision | undefined => {
  const denying = rules.deny.find(holds)
  if (denying) return { decision: 'deny', reason: `the rule ${denying.text} denies it`, rule: denying.text }
  const asking = rules.ask.find(holds)
  return asking && { decision: 'ask', reason: `the rule ${asking.text} has it asked`, rule: asking.text }
}

const decidePaths = (subject: PermissionSubject, context: PolicyContext): Decision => {
  const { kind, isWhole, isSearch = false } = subject
  const paths = subject.paths ?? []
  const { rules, mode, cwd } = context
  const real = paths.map((path) => locate(path, [cwd], context))
  const all = [...real.flat(), ...paths.map((path) => resolve(cwd, path))]
  const places = createPlaces(context)
  const concerns = (rule: Rule) => rule.kind === kind

  const forbidden = byRules(context, (rule) => concerns(rule) && forbidsPath(rule, all, context))
  if (forbidden) return forbidden
  const below = [...rules.deny, ...rules.ask].find(
    (rule) => concerns(rule) && real.flat().some((path) => forbidsBelow(rule, path, context, isSearch)),
  )
  if (below)
    return { decision: 'ask', reason: `the rule ${below.text} concerns what is in it`, rule: below.text }
  if (!isWhole || paths.length === 0) {
    const unclear: Decision = { decision: 'ask', reason: 'which path it is about is not wholly known' }
    return rules.deny.some(concerns) || rules.ask.some(concerns) ? unclear : ofMode(context, unclear)
  }
  if (isRemembered(subject, context)) return allowed('it was allowed for this session')
  if (mode === 'bypassPermissions') return allowed('nothing is asked in this mode')
  return allowedPaths(subject, real, places, context)
}

const allowedPaths = (
  { kind }: PermissionSubject,
  real: readonly (readonly string[])[],
  places: Places,
  context: PolicyContext,
): Decision => {
  const { mode } = context
  const all = real.flat()
  const special = all.map(kind === 'edit' ? places.protectedReason : places.secretReason)
  const reason = special.find((each) => each !== undefined)
  if (reason !== undefined) return { decision: 'ask', reason }
  if (kind === 'read') return allowed('reading is allowed')
  if (all.some((path) => isWithin(places.root, path)))
    return { decision: 'ask', reason: 'it would change the whole directory' }
  const rules = real.map((each) => allowingEdit(each, context))
  const isByMode = mode === 'acceptEdits' || mode === 'auto'
  if (real.every((each, index) => rules[index] || (isByMode && each.every(places.isInside)))) {
    const rule = rules.find((each) => each !== undefined)
    return allowed(`edits in the directory, or by a rule, are allowed in the mode ${mode}`, rule)
  }
  return {
    decision: 'ask',
    reason: all.every(places.isInside)
      ? `edits are asked in the mode ${mode}`
      : 'it is outside of the directory',
  }
}

const allowingEdit = (paths: readonly string[], context: PolicyContext): Rule | undefined =>
  context.rules.allow.find(
    (rule) => rule.kind === 'edit' && paths.every((path) => allowsPath(rule, path, context)),
  )

const decideFetch = (subject: PermissionSubject, context: PolicyContext): Decision => {
  const { host, isWhole } = subject
  const { rules } = context
  const isKnown = isWhole && host !== undefined
  const forbidden =
    host === undefined
      ? undefined
      : byRules(context, (rule) => rule.kind === 'fetch' && namesHost(rule, host, true))
  if (forbidden) return forbidden
  const asked: Decision = {
    decision: 'ask',
    reason: isKnown ? `the network is asked: ${host}` : 'which host it is about is not wholly known',
  }
  if (!isKnown) {
    const isForbiddenSomewhere = [...rules.deny, ...rules.ask].some((rule) => rule.kind === 'fetch')
    return isForbiddenSomewhere ? asked : ofMode(context, asked)
  }
  if (isRemembered(subject, context)) return allowed('it was allowed for this session')
  const rule = rules.allow.find((each) => each.kind === 'fetch' && namesHost(each, host, false))
  return rule ? allowed('a rule allows it', rule) : ofMode(context, asked)
}
