/** Which project a command is about, where none is named. */
import { type Client, MaestroError, type Project } from '../../../functions/client/client'
import type { Environment } from '../environment'
import { UsageError } from '../exit'
import { idBeginningWith } from '../ids'
import { projectsAround } from './here'

/** Stands for the project in a request that is validated before its project is known. */
export const unresolvedProject = 'not yet known'

interface ProjectContext {
  client: Client
  environment: Environment
  /** The directory that the command is called in. */
  cwd: string
}

/** The project that is named, by its id or its name, else that of the session of this environment, else none. */
export const sessionProject = async (
  { client, environment }: ProjectContext,
  named: string | undefined,
): Promise<string | undefined> => {
  if (named !== undefined) return idOfProject(await client.projects.list(), named)
  if (environment.sessionId === undefined) return undefined
  return (await client.sessions.get(environment.sessionId)).projectId
}

/** The same, and outside of a session the project whose directory this is called in. */
export const resolveProject = async (context: ProjectContext, named: string | undefined): Promise<string> => {
  const projectId = await sessionProject(context, named)
  if (projectId !== undefined) return projectId
  const directory = context.cwd
  const [project, ...others] = await projectsAround(await context.client.projects.list(), directory)
  if (project && others.length === 0) return project.id
  throw new UsageError(
    project
      ? `Several projects have the directory ${project.workingDir}: name one with --project-id (${choices([project, ...others])})`
      : `No project has the directory ${directory}: name one with --project-id, or create one with maestro project create`,
  )
}

/** By its id, its name, or the beginning of its id. Throws where there is none, or where it may be several. */
const idOfProject = (projects: readonly Project[], named: string): string => {
  if (projects.some(({ id }) => id === named)) return named
  const [project, ...others] = projects.filter(({ name }) => name === named)
  const completed = project ? undefined : idBeginningWith('project', projects, named)
  if (completed !== undefined) return completed
  if (!project)
    throw new MaestroError(404, 'NOT_FOUND', `Project not found: ${named} (maestro project list has all)`)
  if (others.length === 0) return project.id
  throw new UsageError(
    `Several projects are called ${named}: name one by its id (${choices([project, ...others])})`,
  )
}

const choices = (projects: readonly Project[]) => projects.map(({ id, name }) => `${id}: ${name}`).join(', ')
