/** Where a path leads: every place that it may mean. What allows must hold for all of them, what forbids for one. */
import { dirname, join, resolve } from 'node:path'
import type { PolicyContext } from './subject'

type Paths = Pick<PolicyContext, 'home' | 'realPath'>

/**
 * The real paths that `path` may mean, seen from any of `directories`. A program that takes `..` away before it opens a
 * file ends elsewhere than one that does not, where a link comes before it; and not every program takes `~` for the home.
 */
export const locate = (path: string, directories: readonly string[], paths: Paths): string[] => {
  const written = path.startsWith('file://') ? path.slice('file://'.length) : path
  const atHome = /^~(?=\/|$)/.test(written) ? [join(paths.home, written.slice(1))] : []
  const found = directories.flatMap((directory) =>
    [written, ...atHome].flatMap((each) => [
      paths.realPath(resolve(directory, each)),
      physical(each.startsWith('/') ? each : `${directory}/${each}`, paths.realPath),
    ]),
  )
  return [...new Set(found)]
}

/** As the system goes: `..` is the parent of what a link leads to. */
const physical = (path: string, realPath: Paths['realPath']): string => {
  let at = '/'
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    at = part === '..' ? dirname(realPath(at)) : join(at, part)
  }
  return realPath(at)
}

/** Whether this is the directory, or in it. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
