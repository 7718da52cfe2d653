import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** As many links as Linux follows. */
const maxLinks = 40

/**
 * The real path of an absolute one: all links in what exists of it are followed, and a link to what is not
 * there yet counts as what would be made through it.
 */
export const realPathOf = (path: string, links = 0): string => {
  try {
    return realpathSync.native(path)
  } catch {
    const parent = dirname(path)
    if (parent === path) return path
    const here = join(realPathOf(parent, links), basename(path))
    const target = links < maxLinks ? linkTarget(here) : undefined
    return target === undefined ? here : realPathOf(resolve(dirname(here), target), links + 1)
  }
}

const linkTarget = (path: string): string | undefined => {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}
