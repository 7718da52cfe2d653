/** Which project's directory somebody stands in. */
import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, resolve, sep } from 'node:path'
import type { Project } from '../../../functions/client/client'
import { projectOfPath } from '../../worktrees/locations'

/**
 * The projects of the nearest directory around this one that has any; several only where they have the same. The same
 * directory is the same project however it is written (links, `..`, a trailing slash). In a worktree of git, the
 * place in the main working tree counts, unless the worktree has a project of its own; in a session's worktree no other project
 * than the session's, or one within its directory.
 */
export const projectsAround = async (
  projects: readonly Project[],
  directory: string,
): Promise<readonly Project[]> => {
  const located = await Promise.all(
    projects
      .filter(({ workingDir }) => isAbsolute(workingDir))
      .map(async (project) => ({ project, path: await canonical(project.workingDir) })),
  )
  const [here, worktree] = await Promise.all([canonical(directory), worktreeAt(directory)])
  const around = nearest(located, here)
  if (!worktree || (around[0] && isWithin(around[0].path, worktree.top))) return around.map(projectOf)
  const aroundMain = nearest(located, join(await canonical(worktree.main), worktree.prefix))
  const found = aroundMain.length > 0 ? aroundMain : around
  // The project may itself be in a worktree, or its repository bare: then its place is not in the main one.
  const ofSession = located.find(({ project }) => project.id === projectOfPath(worktree.top))
  if (!ofSession || (found[0] && isWithin(found[0].path, ofSession.path))) return found.map(projectOf)
  return [ofSession.project]
}

interface Located {
  project: Project
  path: string
}

const projectOf = ({ project }: Located) => project

const nearest = (located: readonly Located[], here: string): readonly Located[] => {
  const around = located.filter(({ path }) => isWithin(here, path))
  const longest = Math.max(...around.map(({ path }) => path.length))
  return around.filter(({ path }) => path.length === longest)
}

const isWithin = (inner: string, outer: string) =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)

/** A directory that is not there, or on another machine, at least written in one way. */
const canonical = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))

interface Worktree {
  /** The top of this working tree, and that of the main one. */
  top: string
  main: string
  /** From the top to where one stands. */
  prefix: string
}

/** Undefined outside of git, in a main working tree, and where git is not installed. */
const worktreeAt = async (directory: string): Promise<Worktree | undefined> => {
  const [shown, list] = await Promise.all([
    git(directory, 'rev-parse', '--show-toplevel', '--show-prefix'),
    git(directory, 'worktree', 'list', '--porcelain'),
  ])
  const [top = '', prefix = ''] = shown.split('\n')
  // The main one comes first.
  const [, main = ''] = /^worktree (.*)/.exec(list) ?? []
  return top === '' || main === '' || main === top ? undefined : { top: await canonical(top), main, prefix }
}

const git = (directory: string, ...words: string[]): Promise<string> =>
  new Promise((done) => {
    execFile('git', ['-C', directory, ...words], (error, stdout) => done(error ? '' : stdout))
  })
