/** Whether rules for paths and hosts hold. To allow, a rule must hold for certain; to forbid, that it may is enough. */
import { join, relative, resolve } from 'node:path'
import { type Glob, matchesGlob, parseGlob } from './glob'
import { isWithin } from './locations'
import { plainPath } from './places'
import type { Rule } from './rules'
import type { PolicyContext } from './subject'

type Base = Pick<PolicyContext, 'cwd' | 'home' | 'realPath'>

/** Whether an `allow` rule names this real path. */
export const allowsPath = ({ value }: Rule, path: string, base: Base): boolean => {
  const root = base.realPath(base.cwd)
  if (isFromDirectory(value)) return names(join(root, '/', anyDepth(value)), path)
  const absolute = absoluteOf(value, base)
  // An agent can make links in its directory, so what it names there is not followed.
  if (isWithin(absolute, base.cwd)) return names(join(root, relative(base.cwd, absolute)), path)
  if (isWithin(absolute, root)) return names(absolute, path)
  return names(withRealBase(absolute, base), path)
}

/** Whether a `deny` or `ask` rule names this path, or a folder that it is in: by its real path or as it is written. */
export const forbidsPath = (rule: Rule, paths: readonly string[], base: Base): boolean => {
  const globs = forbidding(rule, base).map(plainPath).flatMap(globsWithin)
  return paths.map(plainPath).some((path) => globs.some((glob) => matchesGlob(glob, path)))
}

/**
 * Whether such a rule may name something below this folder. Of a path that may be a file (`isFolder` false), names that
 * are looked for at any depth do not count.
 */
export const forbidsBelow = (rule: Rule, folder: string, base: Base, isFolder: boolean): boolean =>
  (isFolder || rule.value.replace(/\/$/, '').includes('/')) &&
  forbidding(rule, base).some((pattern) => {
    const fixed = plainPath(fixedBase(pattern))
    const plain = plainPath(folder)
    return isWithin(fixed, plain) || (isFolder && fixed !== plainPath(pattern) && isWithin(plain, fixed))
  })

/** Whether a rule names this host: to forbid, also what is below it. */
export const namesHost = ({ value }: Rule, host: string, isForbidding: boolean): boolean => {
  const [named, asked] = [value, host].map((each) => each.toLowerCase().replace(/\.$/, ''))
  if (named === undefined || asked === undefined) return false
  if (named === '*' || named === asked) return true
  if (named.startsWith('*.'))
    return asked.endsWith(named.slice(1)) || (isForbidding && asked === named.slice(2))
  return isForbidding && asked.endsWith(`.${named}`)
}

const isFromDirectory = (value: string): boolean => !/^(?:\/|~\/)/.test(value)

/** A name without a slash is looked for at any depth. */
const anyDepth = (value: string): string => {
  const plain = value.replace(/^(?:\.\/)+/, '')
  return plain === value && !value.replace(/\/$/, '').includes('/') ? `**/${value}` : plain
}

const absoluteOf = (value: string, { home }: Base): string =>
  value.startsWith('~/') ? join(home, value.slice(1)) : join(value)

/** All that a pattern may mean: from the directory as it is called and as it really is, and where links lead. */
const forbidding = ({ value }: Rule, base: Base): string[] => {
  const written = isFromDirectory(value)
    ? [base.cwd, base.realPath(base.cwd)].map((root) => join(root, '/', anyDepth(value)))
    : [absoluteOf(value, base)]
  const everywhere =
    anyDepth(value).startsWith('**/') && isFromDirectory(value) ? [`/${anyDepth(value)}`] : []
  return [...new Set([...written, ...written.map((each) => withRealBase(each, base)), ...everywhere])]
}

/** The folders before the first one that has `*` or `?`. */
const fixedBase = (pattern: string): string => {
  const parts = pattern.replace(/\/$/, '').split('/')
  const first = parts.findIndex((part) => /[*?]/.test(part))
  return (first < 0 ? parts : parts.slice(0, first)).join('/') || '/'
}

const withRealBase = (pattern: string, { realPath }: Base): string => {
  const fixed = fixedBase(pattern)
  return join(realPath(resolve(fixed)), '/', pattern.slice(fixed.length))
}

/** Whether the pattern names this path. */
const names = (pattern: string, path: string): boolean => matchesGlob(parseGlob(wholeOf(pattern)), path)

/** What one of these matches is what the pattern names, or is in it. */
const globsWithin = (pattern: string): Glob[] => {
  const top = wholeOf(pattern).replace(/(?:\/\*\*)+$/, '')
  return [parseGlob(top), parseGlob(`${top}/**`)]
}

const wholeOf = (pattern: string): string => (pattern.endsWith('/') ? `${pattern}**` : pattern)
