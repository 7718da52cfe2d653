import { decide } from '../../local-dev/permissions/decide'
import { nothingRemembered } from '../../local-dev/permissions/remembered'
import { parseRules } from '../../local-dev/permissions/rules'
import type { PermissionSubject, PolicyContext } from '../../local-dev/permissions/subject'
import { PermissionMode as Modes, type PermissionMode } from '../../schemas/agent'

export const modes: readonly PermissionMode[] = Modes.options

export const cwd = '/home/ada/app'

interface Choices extends Partial<Omit<PolicyContext, 'rules' | 'realPath'>> {
  deny?: readonly string[]
  ask?: readonly string[]
  allow?: readonly string[]
  /** Links: where each leads. */
  links?: Readonly<Record<string, string>>
}

/** A worker in /home/ada/app, in the mode `auto` and without rules, if it is not said otherwise. */
export const contextOf = (choices: Choices = {}): PolicyContext => {
  const { deny = [], ask = [], allow = [], links = {}, ...rest } = choices
  return {
    mode: 'auto',
    role: 'worker',
    cwd,
    home: '/home/ada',
    sessionFolder: '/home/ada/.maestro/sessions/sess_1',
    remembered: nothingRemembered,
    ...rest,
    rules: parseRules(JSON.stringify({ deny, ask, allow }), 'rules.json'),
    realPath: (path) => followed(path, links),
  }
}

const followed = (path: string, links: Readonly<Record<string, string>>): string => {
  let at = ''
  for (const part of path.split('/').filter((each) => each !== '')) {
    const here = `${at}/${part}`
    at = Object.hasOwn(links, here) ? followed(links[here] ?? '', links) : here
  }
  return at === '' ? '/' : at
}

const subject = (given: Omit<PermissionSubject, 'isWhole'>): PermissionSubject => ({
  isWhole: true,
  ...given,
})

export const run = (command: string, choices: Choices = {}) =>
  decide(subject({ kind: 'run', command }), contextOf(choices)).decision

export const read = (path: string, choices: Choices = {}) =>
  decide(subject({ kind: 'read', paths: [path] }), contextOf(choices)).decision

export const edit = (path: string, choices: Choices = {}) =>
  decide(subject({ kind: 'edit', paths: [path] }), contextOf(choices)).decision

export const fetching = (host: string, choices: Choices = {}) =>
  decide(subject({ kind: 'fetch', host }), contextOf(choices)).decision
