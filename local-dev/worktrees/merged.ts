/**
 * Whether what a commit brings is elsewhere. One that was squashed is an ancestor of nothing: then what counts is that every path
 * that it changes is, or once was, on another branch as it has it.
 */
import { bytesFieldsOf } from './file-names'
import type { GitSetting } from './git'
import { type GitAt, isAncestor } from './git-at'
import { mergedTree } from './merge-aside'

/** Branches that are looked through for what was squashed: the newest. */
const maxBranches = 20

/** The ref that has all of it, as `refs/heads/main`; undefined if none has. `own`: the branch that does not count. */
export const whereMerged = async (
  at: GitAt,
  commit: string,
  { own, likely }: { own: string; likely: string | undefined },
): Promise<string | undefined> => {
  const list = ['for-each-ref', '--format=%(refname)', '--sort=-committerdate']
  const among = ['refs/heads', 'refs/remotes', 'refs/tags']
  const isOther = (ref: string) => ref !== '' && ref !== `refs/heads/${own}`
  const having = (await at.text([...list, `--contains=${commit}`, ...among])).split('\n').filter(isOther)
  if (having[0] !== undefined) return having[0]
  const branches = (await at.text([...list, 'refs/heads', 'refs/remotes'])).split('\n').filter(isOther)
  const first = branches.filter((ref) => ref === `refs/heads/${likely}`)
  for (const ref of [...new Set([...first, ...branches])].slice(0, maxBranches))
    if (await isContained(at, commit, ref)) return ref
  return undefined
}

const isContained = async (at: GitAt, commit: string, target: string): Promise<boolean> => {
  const { exit, stdout } = await at.run(['merge-base', commit, target])
  if (exit !== 0) return false
  const base = stdout.toString('utf8').trim()
  if (base === commit || (await isAncestor(at, commit, target))) return true
  return (await changesNothing(at, commit, target)) || wasThere(at, { base, commit, target })
}

/** A driver that somebody has set may take one side for the merge: without it, that is a conflict. */
const changesNothing = async (at: GitAt, commit: string, target: string): Promise<boolean> => {
  const { stdout } = await at.run([
    'config',
    '--name-only',
    '-z',
    '--get-regexp',
    String.raw`^merge\..*\.driver$`,
  ])
  const settings = bytesFieldsOf(stdout).map((name): GitSetting => [name, 'false'])
  try {
    const { tree, conflicts } = await mergedTree(at, target, commit, settings)
    return conflicts.length === 0 && tree === (await at.text(['rev-parse', `${target}^{tree}`]))
  } catch {
    // A git that is too old for it: then only the paths are looked at.
    return false
  }
}

interface Compared {
  base: string
  commit: string
  target: string
}

const maxHistoryBytes = 64 * 1024 * 1024

/** Whether at some point of the target's own history each changed path was as the commit has it. */
const wasThere = async (at: GitAt, { base, commit, target }: Compared): Promise<boolean> => {
  const raw = ['-r', '-z', '--raw', '--no-renames', '--no-abbrev']
  const wanted = new Map<string, string>()
  const changes = await at.fields(['diff-tree', ...raw, base, commit])
  for (let i = 0; i + 1 < changes.length; i += 2) {
    const [, mode = '', , id = ''] = (changes[i] ?? '').slice(1).split(' ')
    wanted.set(changes[i + 1] ?? '', `${mode} ${id}`)
  }
  const present = new Map<string, string>()
  for (const entry of await at.fields(['ls-tree', '-r', '-z', '--full-tree', target])) {
    const [, mode = '', id = '', name = ''] = /^(\d+) \w+ ([\da-f]+)\t([\s\S]*)$/.exec(entry) ?? []
    if (wanted.has(name)) present.set(name, `${mode} ${id}`)
  }
  const isThere = () =>
    [...wanted].every(
      ([name, entry]) => (present.get(name) ?? nothing) === (entry.startsWith('000000') ? nothing : entry),
    )
  if (isThere()) return true
  // Backwards: before each of its commits, the paths that it changed were as its other side says.
  const words = ['log', '--first-parent', '-m', ...raw.slice(1), '--no-show-signature', '--format=%x01%H']
  const { exit, stdout, isCut } = await at.run([...words, `${base}..${target}`], {
    maxBytes: maxHistoryBytes,
  })
  if (exit !== 0 || isCut) return false
  const fields = bytesFieldsOf(stdout)
  for (let i = 0; i < fields.length; i++) {
    const field = (fields[i] ?? '').replace(/^\n/, '')
    if (field.startsWith('\u0001')) {
      if (isThere()) return true
      continue
    }
    if (!field.startsWith(':')) continue
    const [mode = '', , id = ''] = field.slice(1).split(' ')
    const name = fields[++i] ?? ''
    if (!wanted.has(name)) continue
    if (/^0+$/.test(mode)) present.delete(name)
    else present.set(name, `${mode} ${id}`)
  }
  return isThere()
}

const nothing = 'nothing'
