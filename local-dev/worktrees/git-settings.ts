/** Which settings of a repository would make git run a program, and what stands in for them. */
import { fieldsOf, type GitOptions, type GitSetting, git } from './git'

const mergeDriver = /^merge\..*\.driver$/

/** Their value is a command, or the name of a program. */
const commands = [
  /^filter\..*\.(?:clean|smudge|process)$/,
  /^diff\..*\.(?:command|textconv)$/,
  mergeDriver,
  /^diff\.external$/,
  /^core\.(?:sshcommand|gitproxy|askpass|editor|pager|alternaterefscommand)$/,
  /^credential\.(?:.*\.)?helper$/,
  /^gpg\.(?:.*\.)?(?:program|defaultkeycommand)$/,
]

export interface RepositorySettings {
  /** What every command that writes or compares files is to be given. */
  settings: readonly GitSetting[]
  /** The filters that only the repository itself names, which therefore do not run: `lfs`. */
  filters: readonly string[]
}

/**
 * Commands that the settings of a repository, or of a worktree, name are replaced by the user's own of that name, else by
 * nothing: a filter then leaves files as they are kept.
 */
export const repositorySettings = async (options: GitOptions): Promise<RepositorySettings> => {
  const entries = entriesOf(fieldsOf(await git(['config', '--list', '--show-scope', '-z'], options)))
  const isOwn = ({ scope }: Entry) => scope !== 'local' && scope !== 'worktree'
  const own = new Map(entries.filter(isOwn).map(({ name, value }) => [name, value]))
  const named = new Set(
    entries
      .filter((entry) => !isOwn(entry) && commands.some((pattern) => pattern.test(entry.name)))
      .map(({ name }) => name),
  )
  const filters = new Set([...named].flatMap((name) => /^filter\.(.*)\.\w+$/.exec(name)?.[1] ?? []))
  const isUsers = (filter: string) =>
    ['clean', 'smudge', 'process'].some((word) => own.has(`filter.${filter}.${word}`))
  return {
    settings: [
      // A merge by a program that does nothing would have succeeded, with one side of it lost: this one fails.
      ...[...named].map(
        (name): GitSetting => [name, own.get(name) ?? (mergeDriver.test(name) ? 'false' : '')],
      ),
      ...[...filters].map((filter): GitSetting => {
        const name = `filter.${filter}.required`
        return [name, isUsers(filter) ? (own.get(name) ?? 'false') : 'false']
      }),
    ],
    filters: [...filters].filter((filter) => !isUsers(filter)),
  }
}

interface Entry {
  scope: string
  name: string
  value: string
}

/** `{scope} NUL {name} LF {value} NUL`; one without a value has no LF. Only a subsection's name may hold capitals. */
const entriesOf = (fields: readonly string[]): Entry[] =>
  fields.flatMap((scope, i) => {
    if (i % 2 === 1) return []
    const entry = fields[i + 1] ?? ''
    const end = entry.indexOf('\n')
    return [
      { scope, name: end < 0 ? entry : entry.slice(0, end), value: end < 0 ? 'true' : entry.slice(end + 1) },
    ]
  })
