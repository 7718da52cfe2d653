// What agents and a person do to a repository and its worktrees, made up by a seed. Every line that is written is another one.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { GitFolder } from './git-folder'

const names = [
  'a',
  'b c',
  'line\nbreak',
  'é "q"',
  'dir/a',
  'dir/deep/x y',
  'dir',
  'run.sh',
  'skip.log',
  'skip/kept',
]

export const createWork = (folder: GitFolder, random: () => number) => {
  let count = 0
  const among = <T>(list: readonly T[], otherwise: T): T =>
    list[Math.floor(random() * list.length)] ?? otherwise
  const line = () => `line-${++count}.\n`
  const attempt = (tree: string, ...words: string[]) => {
    try {
      folder.git(tree, ...words)
      return true
    } catch {
      return false
    }
  }
  const tracked = (tree: string) =>
    folder
      .git(tree, 'ls-files', '-z')
      .split('\0')
      .filter((name) => name !== '' && isFile(join(folder.at(tree), name)))
  const put = (tree: string, name: string, text: string) => {
    const path = join(folder.at(tree), name)
    try {
      mkdirSync(dirname(path), { recursive: true })
      if (existsSync(path) && !isFile(path)) return
      writeFileSync(path, text)
    } catch {
      // A file is where the directory would be.
    }
  }
  const textOf = (tree: string, name: string) => {
    const path = join(folder.at(tree), name)
    return isFile(path) ? readFileSync(path, 'utf8') : ''
  }

  const edit = (tree: string) => {
    const name = random() < 0.6 ? among(tracked(tree), 'a') : among(names, 'a')
    const lines = textOf(tree, name).split(/(?<=\n)/)
    lines.splice(Math.floor(random() * (lines.length + 1)), random() < 0.4 ? 1 : 0, line())
    put(tree, name, lines.join(''))
  }
  const commit = (tree: string) => {
    attempt(tree, 'add', '-A')
    attempt(tree, 'commit', '-q', '-m', line())
  }
  const actions: Record<string, (tree: string) => unknown> = {
    edit,
    editMore: edit,
    editAndCommit: (tree) => {
      edit(tree)
      commit(tree)
    },
    commit,
    remove: (tree) => tracked(tree).length > 2 && rmSync(join(folder.at(tree), among(tracked(tree), 'a'))),
    rename: (tree) => {
      const [from, to] = [among(tracked(tree), ''), among(names, 'a')]
      if (from !== '' && !existsSync(join(folder.at(tree), to))) attempt(tree, 'mv', from, to)
    },
    mode: (tree) => {
      const name = among(tracked(tree), '')
      if (name !== '') chmodSync(join(folder.at(tree), name), random() < 0.5 ? 0o755 : 0o644)
    },
    link: (tree) => {
      const path = join(folder.at(tree), `link ${Math.floor(random() * 3)}`)
      rmSync(path, { force: true })
      symlinkSync(line().trim(), path)
    },
    stage: (tree) => attempt(tree, 'add', '-A'),
    forceAdd: (tree) => {
      put(tree, 'skip.log', line())
      attempt(tree, 'add', '-f', 'skip.log')
      attempt(tree, 'commit', '-q', '-m', line())
    },
  }
  const ofAgents: Record<string, (tree: string) => unknown> = {
    ...actions,
    amend: (tree) => {
      edit(tree)
      attempt(tree, 'commit', '-q', '-a', '--amend', '-m', line())
    },
    rebase: (tree) => attempt(tree, 'rebase', '-q', 'main') || attempt(tree, 'rebase', '--abort'),
    mergeMain: (tree) => attempt(tree, 'merge', '-q', 'main') || attempt(tree, 'merge', '--abort'),
    stash: (tree) => attempt(tree, 'stash', '-q', '-u'),
    detach: (tree) => attempt(tree, 'checkout', '-q', '--detach'),
    back: (tree) => attempt(tree, 'reset', '-q', '--hard', 'HEAD~1'),
    assume: (tree) => {
      const name = among(tracked(tree), '')
      if (name !== '') attempt(tree, 'update-index', '--assume-unchanged', name)
    },
  }
  const move = (tree: string, to: string) => renameSync(folder.at(tree), folder.at(to))
  return {
    edit,
    commit,
    move,
    ofPerson: (tree: string) => among(Object.values(actions), edit)(tree),
    ofAgent: (tree: string) => among(Object.values(ofAgents), edit)(tree),
  }
}

const isFile = (path: string) => {
  try {
    return lstatSync(path).isFile()
  } catch {
    return false
  }
}

const linesIn = (text: string): string[] => text.match(/line-\d+\./g) ?? []

/** Lines in files of a tree, whatever git thinks of them. */
export const linesOnDisk = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.name === '.git') return []
    if (entry.isDirectory()) return linesOnDisk(path)
    return linesIn(entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'utf8'))
  })

/** Messages are no lines of files. */
const files = ['--filter=object:type=blob', '--filter-provided-objects']

/** Lines in every file that a ref, a HEAD, a stash or the reflog of a tree that is there leads to. */
export const linesCommitted = (folder: GitFolder, trees: readonly string[]): string[] => {
  const logs = trees.flatMap((tree) => folder.git(tree, 'reflog', '--format=%H', 'HEAD').split('\n'))
  const heads = trees.map((tree) => folder.git(tree, 'rev-parse', 'HEAD'))
  const hasStash = folder.git('app', 'for-each-ref', 'refs/stash') !== ''
  const stashes = hasStash ? folder.git('app', 'log', '-g', '--format=%H', 'refs/stash').split('\n') : []
  const input = [...new Set([...logs, ...heads, ...stashes])].filter((id) => id !== '').join('\n')
  const words = ['rev-list', '--objects', '--no-object-names', ...files, '--all', '--stdin']
  return linesOf(folder, call(folder, words, `${input}\n`).split('\n'))
}

/** Lines in what is staged there. */
export const linesStaged = (folder: GitFolder, trees: readonly string[]): string[] =>
  linesOf(
    folder,
    trees.flatMap((tree) =>
      folder
        .git(tree, 'ls-files', '-s')
        .split('\n')
        .flatMap((text) => text.split(' ')[1] ?? []),
    ),
  )

const linesOf = (folder: GitFolder, ids: readonly string[]): string[] =>
  linesIn(
    call(
      folder,
      ['cat-file', '--batch'],
      ids
        .filter((id) => id !== '')
        .map((id) => `${id}\n`)
        .join(''),
    ),
  )

const call = (folder: GitFolder, words: readonly string[], input: string): string =>
  execFileSync('git', ['-C', folder.at('app'), ...words], {
    env: folder.env,
    input,
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  })
