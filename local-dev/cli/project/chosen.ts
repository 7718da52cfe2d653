/** Which project a command is about, where it is not told. */
import { sep } from 'node:path'
import type { Client } from '../../../functions/client/client'
import type { Environment } from '../environment'
import { UsageError } from '../exit'

interface Told {
  client: Client
  environment: Environment
}

/** The project that is named, else the one of the own session, else none. */
export const projectNamed = async (
  { client, environment }: Told,
  named: string | undefined,
): Promise<string | undefined> => {
  if (named !== undefined || environment.sessionId === undefined) return named
  return (await client.sessions.get(environment.sessionId)).projectId
}

/** The same, and outside of sessions the project in whose directory this is called. */
export const projectChosen = async (told: Told, named: string | undefined): Promise<string> => {
  const projectId = await projectNamed(told, named)
  if (projectId !== undefined) return projectId
  const here = process.cwd()
  const around = (await told.client.projects.list())
    .filter(({ workingDir }) => here === workingDir || here.startsWith(workingDir.replace(/[\\/]*$/, sep)))
    .sort((one, other) => other.workingDir.length - one.workingDir.length)
  const [nearest, next] = around
  if (nearest && nearest.workingDir !== next?.workingDir) return nearest.id
  throw new UsageError(
    nearest
      ? `Several projects are in ${nearest.workingDir}: name one with --project-id`
      : 'No project is in this directory: name one with --project-id, or maestro project create',
  )
}
