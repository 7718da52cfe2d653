import { type Client, MaestroError, type Session } from '../../../functions/client/client'
import type { DiffFile, SessionDiff } from '../../../schemas/diff'
import { counted } from '../../lib/counted'
import { diffPages } from '../../worktrees/diff'
import { shownOnOneLine } from '../../worktrees/file-names'
import { WorktreeError } from '../../worktrees/repository'
import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { plain, sentence, table } from '../format'
import { treeHere, whereIs } from './tree'

const pageLimit = 200

export const command = defineCommand({
  about:
    'Show what a session has changed in its worktree since it began, committed or not; without an id, this one',
  example: 'maestro session diff sess_1 --stat',
  args: {
    id: { type: 'positional', required: false, description: 'The session' },
    stat: { type: 'boolean', description: 'Only which files, and how many lines' },
  },
  ids: { id: 'session' },
  async run({ client, args, environment, variables, json, print, note, signal }) {
    const session = await client.sessions.get(args.id ?? ownSession(environment))
    const pages = pagesOf(session, { client, variables, stat: args.stat ?? false, signal })
    const files: DiffFile[] = []
    let first: SessionDiff | undefined
    for await (const page of pages) {
      first ??= page
      if (json || args.stat) files.push(...page.files)
      else for (const file of page.files) for (const text of textsOf(file, note)) print(text)
    }
    if (!first) return undefined
    for (const name of first.notShown ?? [])
      note(sentence(`${shownOnOneLine(name)} is a repository of its own, and not shown`))
    const { files: _, nextCursor: __, notShown, ...about } = first
    const whole = { ...about, files, ...(notShown && { notShown }) }
    if (json) return { json: whole, text: '' }
    if (args.stat) return { json: whole, text: statText(whole) }
    if (first.total === 0) note(`${session.id} has changed nothing since ${first.base.slice(0, 12)}`)
    return undefined
  },
})

interface Source {
  client: Client
  variables: NodeJS.ProcessEnv
  stat: boolean
  signal: AbortSignal
}

/** Of the worktree on this machine, if it is here; else as its server has it. */
async function* pagesOf(session: Session, source: Source): AsyncGenerator<SessionDiff> {
  const { client, variables, stat, signal } = source
  const tree = await treeHere(session, variables)
  if (!tree) return yield* pagesOfServer(session, { client, stat })
  for await (const { next: _, ...page } of diffPages(tree, {
    env: variables,
    limit: pageLimit,
    stat,
    signal,
  }))
    yield page
}

async function* pagesOfServer(
  session: Session,
  { client, stat }: Pick<Source, 'client' | 'stat'>,
): AsyncGenerator<SessionDiff> {
  let cursor: string | undefined
  do {
    const query = {
      limit: pageLimit,
      ...(stat && { stat: '1' as const }),
      ...(cursor !== undefined && { cursor }),
    }
    const page = await client.sessions.diff(session.id, query).catch((error) => {
      if (error instanceof MaestroError && error.message.startsWith('Worktree not found'))
        throw new WorktreeError(whereIs(session))
      throw error
    })
    cursor = page.nextCursor
    yield page
  } while (cursor !== undefined)
}

/** On a terminal, what is in files must not control it; elsewhere, it is to be read by programs. */
const shownText = (text: string) => (process.stdout.isTTY ? plain(text) : text)

const textsOf = ({ path, patch, truncated }: DiffFile, note: (line: string) => void): string[] => {
  if (patch === undefined)
    note(sentence(`${shownOnOneLine(path)} has changed, and its name is no text that git could be given`))
  if (truncated) note(sentence(`What has changed in ${shownOnOneLine(path)} is longer, and cut here`))
  return patch === undefined ? [] : [shownText(patch.replace(/\n$/, ''))]
}

const marks = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
  type_changed: 'T',
  unmerged: 'U',
} satisfies Record<DiffFile['status'], string>

const statText = ({ files, total, additions, deletions }: SessionDiff): string => {
  const rows = files.map(({ path, from, status, binary, additions, deletions, uncommitted }) => [
    marks[status],
    binary ? 'binary' : `+${additions} -${deletions}`,
    uncommitted ? 'uncommitted' : '',
    [...(from === undefined ? [] : [from]), path].map(shownOnOneLine).join(' -> '),
  ])
  const sum = `${counted(total, 'files')}, ${counted(additions, 'lines')} added, ${deletions} removed`
  return total === 0 ? sum : [table(['', 'LINES', '', 'FILE'], rows, ''), sum].join('\n')
}
