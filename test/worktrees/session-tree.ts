// A repository with a session's worktree in it, made by hand as the runner makes one.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { worktreePath } from '../../local-dev/worktrees/locations'
import { writeRecord } from '../../local-dev/worktrees/record'
import { findSessionTree, type SessionTree } from '../../local-dev/worktrees/session-tree'
import type { GitFolder } from './git-folder'

export type MadeTree = Awaited<ReturnType<typeof addTree>>

interface Options {
  base?: string
  repository?: string
  project?: string
}

export const addTree = async (folder: GitFolder, id: string, options: Options = {}) => {
  const { base = 'HEAD', repository = 'app', project = 'proj_1' } = options
  const home = folder.at('home')
  const path = worktreePath(home, project, id)
  const branch = `maestro/${id}`
  mkdirSync(dirname(path), { recursive: true })
  const from = folder.git(repository, 'branch', '--show-current')
  const commit = folder.git(repository, 'rev-parse', base)
  const reason = `maestro session ${id}`
  const words = ['--no-track', '--lock', '--reason', reason, '-b', branch, path, commit]
  folder.git(repository, 'worktree', 'add', '-q', ...words)
  const common = folder.git(repository, 'rev-parse', '--path-format=absolute', '--git-common-dir')
  await writeRecord(home, {
    ...{ format: 1, session: id, project, repository: common, path, branch, base: commit, number: 1 },
    ...{ state: 'made', setup: 'none' },
    ...(from !== '' && { from }),
  })
  const owner = { home, projectId: project, sessionId: id }
  const tree = async (): Promise<SessionTree> => {
    const found = await findSessionTree(owner)
    if (!found) throw new Error(`${id} has no worktree`)
    return found
  }
  return { id, owner, path, name: path.slice(folder.path.length + 1), branch, base: commit, tree }
}
