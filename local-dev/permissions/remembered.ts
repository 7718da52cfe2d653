/** What a person has allowed for the whole session: that exact command, those exact paths, and nothing like them. */
import { resolve } from 'node:path'
import { locate } from './locations'
import type { PermissionSubject, PolicyContext, Remembered } from './subject'

export const nothingRemembered: Remembered = { commands: [], paths: [] }

type Base = Pick<PolicyContext, 'cwd' | 'home' | 'realPath'>

/** With what allow_always adds; as it was where that is not wholly known, or is neither command nor path. */
export const remember = (remembered: Remembered, subject: PermissionSubject, base: Base): Remembered => {
  if (!subject.isWhole) return remembered
  const { commands, paths } = entriesOf(subject, base)
  return {
    commands: [...new Set([...remembered.commands, ...commands])],
    paths: [...new Set([...remembered.paths, ...paths])],
  }
}

export const isRemembered = (subject: PermissionSubject, context: PolicyContext): boolean => {
  if (!subject.isWhole) return false
  const { commands, paths } = entriesOf(subject, context)
  return (
    commands.length + paths.length > 0 &&
    commands.every((entry) => context.remembered.commands.includes(entry)) &&
    paths.every((entry) => context.remembered.paths.includes(entry))
  )
}

/** A command in another directory is another one, and so is an edit where a read was allowed. */
const entriesOf = ({ kind, command, cwd, paths = [], host }: PermissionSubject, base: Base): Remembered => {
  if (kind === 'run' && command !== undefined) {
    const directory = cwd === undefined ? base.cwd : resolve(base.cwd, cwd)
    return { commands: [directory === base.cwd ? command : JSON.stringify([directory, command])], paths: [] }
  }
  if (kind === 'fetch' && host !== undefined) return { commands: [], paths: [`fetch:${host}`] }
  if (kind !== 'read' && kind !== 'edit') return { commands: [], paths: [] }
  return {
    commands: [],
    paths: paths.flatMap((path) => locate(path, [base.cwd], base).map((real) => `${kind}:${real}`)),
  }
}
