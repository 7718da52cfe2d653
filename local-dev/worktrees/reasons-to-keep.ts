/** Why a worktree is not removed. What cannot be found out is a reason as well. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../lib/reason'
import { lockReason } from './add'
import { treesOn } from './checked-out'
import { listedNames, nameOf } from './file-names'
import { commitOf, type GitAt } from './git-at'
import { type LeftBehind, leftBehind } from './left-behind'
import { processesIn } from './processes-in'
import type { SessionTree } from './session-tree'
import { ignoredIn, uncommittedButGone, uncommittedIn } from './uncommitted'
import { underWay } from './under-way'

export interface Reasons {
  /** Nothing removes it. */
  firm: string[]
  /** With --force it goes all the same. */
  soft: string[]
  left: LeftBehind
}

interface Looked {
  /** In the repository, and in the tree where that is there. */
  at: GitAt
  inTree: GitAt | undefined
  tree: SessionTree
}

export const reasonsToKeep = async (looked: Looked): Promise<Reasons> => {
  const { at, inTree, tree } = looked
  const firm = [await foreignLock(tree), await usedElsewhere(looked)].filter((reason) => reason !== undefined)
  const soft: string[] = []
  const unless = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look()
    } catch (error) {
      soft.push(`${what} cannot be found out: ${reasonOf(error)}`)
      return undefined
    }
  }
  if (inTree) {
    soft.push(...((await unless('What is in it', () => inFiles(inTree, tree))) ?? []))
    soft.push(...((await unless('Who works in it', () => inUse(tree))) ?? []))
  }
  soft.push(...((await unless('What was stashed there', () => stashed(at, tree))) ?? []))
  const left = await unless('What is merged', () => leftBehind(at, inTree, tree))
  soft.push(...(left?.unmerged ?? []))
  if (!left) firm.push('its commits cannot be looked at')
  return { firm, soft, left: left ?? { tip: undefined, unmerged: [], unreachable: [] } }
}

/** Somebody else's lock means that somebody else needs it. */
const foreignLock = async ({ entry, record }: SessionTree): Promise<string | undefined> => {
  if (entry === undefined) return undefined
  const text = await readFile(join(entry, 'locked'), 'utf8').catch((error) =>
    error.code === 'ENOENT' ? undefined : `(${reasonOf(error)})`,
  )
  if (text === undefined || text.trim() === lockReason(record.session)) return undefined
  return `somebody has locked it${text.trim() === '' ? '' : `: ${text.trim()}`} (git worktree unlock ${record.path})`
}

const usedElsewhere = async ({ at, tree: { record } }: Looked): Promise<string | undefined> => {
  const others = (await treesOn(at, record.branch)).filter((path) => path !== record.path)
  return others[0] === undefined ? undefined : `its branch ${record.branch} is checked out in ${others[0]}`
}

const inFiles = async (inTree: GitAt, { entry = '', record }: SessionTree): Promise<string[]> => {
  const isHalfGone = record.state === 'removing'
  const changed = isHalfGone ? await uncommittedButGone(inTree, record.path) : await uncommittedIn(inTree)
  const ignored = await ignoredIn(inTree)
  const under = await underWay(entry)
  const modules = await readdir(join(entry, 'modules')).catch((): string[] => [])
  return [
    ...(changed.length > 0
      ? [`${listedNames(changed)} ${changed.length > 1 ? 'are' : 'is'} not committed`]
      : []),
    ...(ignored.length > 0
      ? [`git ignores ${listedNames(ignored)}, which ${ignored.length > 1 ? 'are' : 'is'} nowhere else`]
      : []),
    ...(under === undefined ? [] : [`${under} is under way in it`]),
    ...(modules.length > 0
      ? [
          `its submodules (${listedNames(modules.map(nameOf))}) may have commits of their own: push those that are to stay`,
        ]
      : []),
  ]
}

const inUse = async ({ record }: SessionTree): Promise<string[]> => {
  const workers = await processesIn(record.path)
  if (!workers) return ['whether a process works in it cannot be found out here: install lsof']
  const names = workers.slice(0, 5).map(({ pid, name }) => `${pid} (${name})`)
  return workers.length > 0 ? [`a process works in it: ${names.join(', ')}`] : []
}

/** Stashes are the repository's; those that were made here would be applied to nothing that is there. */
const stashed = async (at: GitAt, { record, entry }: SessionTree): Promise<string[]> => {
  if ((await commitOf(at, 'refs/stash')) === undefined) return []
  const own = new Set(await headsIn(entry))
  const list = (
    await at.text(['log', '-g', '--no-show-signature', '--format=%gd%x09%P%x09%gs', 'refs/stash'])
  ).split('\n')
  const found = list.flatMap((line) => {
    const [name = '', parents = '', subject = ''] = line.split('\t')
    const isOnBranch =
      /^(?:WIP on|On) /.test(subject) &&
      subject.replace(/^(?:WIP on|On) /, '').startsWith(`${record.branch}:`)
    const isDetached = /^(?:WIP on|On) \(no branch\):/.test(subject) && own.has(parents.split(' ')[0] ?? '')
    return isOnBranch || isDetached ? [name] : []
  })
  return found.length > 0 ? [`it has stashed ${found.join(', ')} (git stash list)`] : []
}

/** Every commit that its HEAD was at. */
const headsIn = async (entry: string | undefined): Promise<string[]> => {
  if (entry === undefined) return []
  const text = await readFile(join(entry, 'logs', 'HEAD'), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => line.split(' ')[1] ?? [])
}
