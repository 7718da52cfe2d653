/** A temporary folder of repositories, with a git that knows no settings but theirs. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type GitFolder = ReturnType<typeof openGitFolder>

export const openGitFolder = () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'worktrees-')))
  const at = (...parts: string[]) => join(path, ...parts)
  mkdirSync(at('home'))
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: at('home'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  /** Of a repository in the folder; its output without the last line break. */
  const git = (repository: string, ...words: string[]) =>
    execFileSync('git', ['-C', at(repository), ...words], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).replace(/\n$/, '')
  const write = (repository: string, files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(at(repository, name)), { recursive: true })
      writeFileSync(at(repository, name), text)
    }
  }
  return {
    path,
    env,
    at,
    git,
    write,
    /** `git submodule` with these words: git takes nothing from another folder unless it is told to. */
    submodule: (repository: string, ...words: string[]) =>
      git(repository, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', ...words),
    /** Writes files and commits everything; makes the repository where there is none. Returns the commit. */
    commit(repository: string, files: Readonly<Record<string, string>>, message = 'x') {
      mkdirSync(at(repository), { recursive: true })
      if (!existsSync(at(repository, '.git'))) git(repository, 'init', '-q', '-b', 'main')
      write(repository, files)
      // One process that starts the three: to start one from here takes longer than what it does.
      const words = ['-euc', 'git add -A; git commit -q -m "$0"; git rev-parse HEAD', message]
      return execFileSync('sh', words, { cwd: at(repository), env, encoding: 'utf8' }).trim()
    },
    read: (file: string) => readFileSync(at(file), 'utf8'),
    names: (directory: string) => readdirSync(at(directory)).sort(),
    close: () => rmSync(path, { recursive: true, force: true }),
  }
}
