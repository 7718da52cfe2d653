// A repository `app` in a folder, and what the runner does before it starts an agent in a session's worktree of it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ensureWorktree } from '../../local-dev/worktrees/worktree'
import { type GitFolder, openGitFolder } from './git-folder'

type Options = Parameters<typeof ensureWorktree>[0]

export type Wish = Partial<Options['session']> & { dir?: string; env?: NodeJS.ProcessEnv }

/** In the folder, of the session that is tried if no other is named. */
export const tree = (...parts: string[]) => join('home/.maestro/worktrees/proj_1/sess_1', ...parts)

/** One folder after the other: `open` before each test, `close` after it. */
export const createEnsuring = () => {
  let folder: GitFolder
  const open = () => {
    folder = openGitFolder()
    const files = { 'a b': 'one', 'packages/one/c': 'two', '.gitignore': 'node_modules' }
    return { folder, commit: folder.commit('app', files) }
  }

  const ensure = ({ dir = 'app', env = folder.env, ...session }: Wish = {}) =>
    ensureWorktree({
      home: folder.at('home'),
      env,
      session: { id: 'sess_1', projectId: 'proj_1', worktree: true, ...session },
      projectDir: folder.at(dir),
    })
  /** Why none is made. Fails where it has changed anything. */
  const refusal = async (wish: Wish = {}) => {
    const before = state()
    const said = await ensure(wish).then(
      () => 'made',
      (error: Error) => error.message.replaceAll(folder.path, ''),
    )
    expect(state()).toEqual(before)
    expect(said).not.toContain('\n')
    return said
  }

  /** What a repository says of itself, and what was made beside it. */
  const state = (repository = 'app') => ({
    ...(existsSync(folder.at(repository, '.git/HEAD')) && {
      branches: folder.git(repository, 'for-each-ref'),
      trees: folder.git(repository, 'worktree', 'list', '--porcelain'),
      settings: folder.read(join(repository, '.git/config')),
      status: folder.git(repository, 'status', '--porcelain'),
    }),
    made: existsSync(folder.at('home/.maestro/worktrees/proj_1'))
      ? folder.names('home/.maestro/worktrees/proj_1')
      : [],
  })

  return { open, close: () => folder.close(), ensure, refusal }
}
