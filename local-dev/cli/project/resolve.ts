/** Which project a command is about, where none is named. */
import { sep } from 'node:path'
import type { Client } from '../../../functions/client/client'
import type { Environment } from '../environment'
import { UsageError } from '../exit'

/** Stands for the project in a request that is validated before its project is known. */
export const unresolvedProject = 'not yet known'

interface ProjectContext {
  client: Client
  environment: Environment
}

/** The project that is named, else that of the session of this environment, else none. */
export const sessionProject = async (
  { client, environment }: ProjectContext,
  explicit: string | undefined,
): Promise<string | undefined> => {
  if (explicit !== undefined || environment.sessionId === undefined) return explicit
  return (await client.sessions.get(environment.sessionId)).projectId
}

/** The same, and outside of a session the project whose directory this is called in. */
export const resolveProject = async (
  context: ProjectContext,
  explicit: string | undefined,
): Promise<string> => {
  const projectId = await sessionProject(context, explicit)
  if (projectId !== undefined) return projectId
  const directory = process.cwd()
  const enclosing = (await context.client.projects.list())
    .filter(
      ({ workingDir }) =>
        directory === workingDir || directory.startsWith(workingDir.replace(/[\\/]*$/, sep)),
    )
    .sort((one, other) => other.workingDir.length - one.workingDir.length)
  const [nearest, next] = enclosing
  if (nearest && nearest.workingDir !== next?.workingDir) return nearest.id
  throw new UsageError(
    nearest
      ? `Several projects have the directory ${nearest.workingDir}: name one with --project-id`
      : `No project has the directory ${directory}: name one with --project-id, or create one with maestro project create`,
  )
}
