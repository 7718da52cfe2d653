/** What a session has changed in its worktree, as far as it was read, and how it is merged. Pure. */
import type { SessionDiff } from '../../functions/client/client'
import { hasEnded, type SessionCard } from './entities'

export type DiffFile = SessionDiff['files'][number]

export interface Changes extends SessionDiff {
  /** Its agent went on between two pages: what is shown belongs to different moments. */
  isTorn: boolean
}

/** A page behind those that were read before. */
export const joinPage = (before: Changes | undefined, page: SessionDiff): Changes => ({
  ...page,
  files: [...(before?.files ?? []), ...page.files],
  isTorn: before !== undefined && (before.isTorn || sumOf(before) !== sumOf(page)),
})

const sumOf = ({ head, total, additions, deletions }: SessionDiff) =>
  [head, total, additions, deletions].join()

/** So many changed lines are open at first. */
const maxOpenLines = 300

/** Paths of the files that are open at first: of many, the first few, so that one sees which there are. */
export const openAtFirst = (files: readonly DiffFile[]): ReadonlySet<string> => {
  const open = new Set<string>()
  let lines = 0
  for (const { path, additions, deletions } of files) {
    if (lines >= maxOpenLines) break
    open.add(path)
    lines += additions + deletions
  }
  return open
}

const words = {
  added: 'added',
  modified: 'changed',
  deleted: 'deleted',
  renamed: 'renamed',
  type_changed: 'another type',
  unmerged: 'in conflict',
} satisfies Record<DiffFile['status'], string>

/** What became of a file, in words. */
export const fateOf = ({ status, oldMode, mode, binary, uncommitted }: DiffFile): string =>
  [
    words[status],
    oldMode !== undefined && mode !== undefined && oldMode !== mode && `mode ${oldMode} to ${mode}`,
    binary && 'binary, or over 8 MiB',
    uncommitted && 'not committed',
  ]
    .filter(Boolean)
    .join(', ')

/** Why nothing is shown, as a sentence. `status`: the server's; undefined: it did not answer. */
export const whyNotShown = (status: number | undefined, reason: string): string => {
  if (status === undefined) return 'The server did not answer.'
  if (status === 404)
    return 'It has no worktree on the machine of this server: it was not made yet, is on another machine, or was removed.'
  return reason
}

export interface MergeChoices {
  sessionId: string
  isSquash: boolean
  /** A branch; blank: the one that the session began from. */
  into: string
}

export const mergeCommand = ({ sessionId, isSquash, into }: MergeChoices): string =>
  [
    `maestro session merge ${sessionId}`,
    isSquash && '--squash',
    into.trim() !== '' && `--into ${quoted(into.trim())}`,
  ]
    .filter(Boolean)
    .join(' ')

/** As a shell takes it for one word, whatever is in it. */
const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** What would stand in the way of a merge now, or would not be in it. */
export const mergeNotes = (changes: Changes | undefined, session: SessionCard): string[] => {
  const uncommitted = changes?.files.filter((file) => file.uncommitted).map(({ path }) => path) ?? []
  const isNothing = changes !== undefined && changes.head === changes.base
  return [
    ...(uncommitted.length > 0
      ? [`It is refused as long as this is not committed: ${listed(uncommitted, changes?.nextCursor)}.`]
      : []),
    ...(isNothing ? ['Nothing is committed since it began: there is nothing to merge yet.'] : []),
    ...(hasEnded(session) ? [] : ['It still lives: what it commits later is not in this merge.']),
  ]
}

const listed = (paths: readonly string[], nextCursor: string | undefined): string => {
  const more = paths.length - 3
  const isMore = more > 0 || nextCursor !== undefined
  const rest =
    more > 0 ? `and ${more} more${nextCursor === undefined ? '' : ' at least'}` : 'and perhaps more'
  return [...paths.slice(0, 3), ...(isMore ? [rest] : [])].join(', ')
}

/** The machine that its worktree is on, where its runner has said so. */
export const machineOf = ({ metadata }: Pick<SessionCard, 'metadata'>): string | undefined => {
  const runner: unknown = metadata?.runner
  const isKnown = typeof runner === 'object' && runner !== null && 'host' in runner
  return isKnown && typeof runner.host === 'string' ? runner.host : undefined
}
