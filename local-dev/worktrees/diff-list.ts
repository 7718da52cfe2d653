/** Which files differ from a commit, as git lists them. */
import type { DiffFile } from '../../schemas/diff'
import type { GitAt } from './git-at'

/** As git names it: byte by byte. */
export interface ListedFile extends Omit<DiffFile, 'path' | 'from' | 'patch' | 'truncated'> {
  name: string
  fromName?: string
}

/** Of everything that compares: `diff-index` and `diff-tree` follow no setting of the user's that a reader could not know. */
export const comparing = ['--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=none']

/** Larger files count as binary: git would compare them for minutes. */
export const largeFiles = [['core.bigFileThreshold', '8m']] as const

interface Comparison {
  at: GitAt
  /** `diff-index BASE`, or `diff-tree -r BASE TIP`. */
  words: readonly string[]
  index?: string | undefined
}

export const listFiles = async ({ at, words, index }: Comparison): Promise<ListedFile[]> => {
  const [verb = '', ...rest] = words
  const options = ['--raw', '--numstat', '-z', '-M', '--no-abbrev', ...comparing]
  const fields = await at.fields([verb, ...options, ...rest], { index, settings: largeFiles })
  return filesOf(fields)
}

const statuses = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'type_changed',
  U: 'unmerged',
} as const

type Letter = keyof typeof statuses

const isLetter = (letter: string): letter is Letter => Object.hasOwn(statuses, letter)

/**
 * First `:{mode} {mode} {id} {id} {letter}[{score}] NUL {name} NUL [{name} NUL]` for each, then
 * `{added} TAB {deleted} TAB {name} NUL`, of a rename `{added} TAB {deleted} TAB NUL {name} NUL {name} NUL`.
 */
const filesOf = (fields: readonly string[]): ListedFile[] => {
  const files = new Map<string, ListedFile>()
  for (let at = 0; at < fields.length; ) {
    const field = fields[at] ?? ''
    if (field.startsWith(':')) {
      const [oldMode = '', mode = '', , , change = ''] = field.slice(1).split(' ')
      const letter = change.slice(0, 1)
      if (!isLetter(letter)) throw new Error(`git has listed a file as ${JSON.stringify(change)}`)
      const isRenamed = letter === 'R'
      const name = fields[at + (isRenamed ? 2 : 1)] ?? ''
      // One that could not be merged comes twice, first as that.
      if (!files.has(name))
        files.set(name, {
          name,
          ...(isRenamed && { fromName: fields[at + 1] ?? '' }),
          status: statuses[letter],
          ...(!/^0+$/.test(oldMode) && { oldMode }),
          ...(!/^0+$/.test(mode) && { mode }),
          additions: 0,
          deletions: 0,
        })
      at += isRenamed ? 3 : 2
      continue
    }
    const [added = '', deleted = '', ...rest] = field.split('\t')
    const isRenamed = rest.join('\t') === ''
    const file = files.get(isRenamed ? (fields[at + 2] ?? '') : rest.join('\t'))
    if (file && added === '-') file.binary = true
    else if (file) Object.assign(file, { additions: Number(added), deletions: Number(deleted) })
    at += isRenamed ? 3 : 1
  }
  return [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
