/** How a session's agent works: the spawn beats the runner's flags, and what counts is said in the session. */
import type { Client, Session, UpdateSessionRequest } from '../../functions/client/client'
import { PermissionMode } from '../../schemas/agent'
import { chooseAgent } from '../agents/choose'
import type { RunnerOptions } from './options'

/** A person's to write: an agent may not say of itself what it may do. */
export const noteChosen = async (
  client: Client,
  session: Session,
  { env, budget, cwd }: Pick<RunnerOptions, 'env' | 'budget'> & { cwd: string },
): Promise<void> => {
  const { agent = env.MAESTRO_AGENT, model = env.MAESTRO_MODEL || undefined } = session
  const permissionMode =
    session.permissionMode ?? (env.MAESTRO_PERMISSION_MODE || (await modeOfManifest(client, session)))
  const chosen: UpdateSessionRequest = {
    agent: await nameOf(agent, cwd, env.PATH ?? ''),
    model,
    // A word of the agent's own is none of ours.
    permissionMode: PermissionMode.safeParse(permissionMode).data,
    ...(session.drive === undefined && { drive: 'terminal' as const }),
    ...(session.budget === undefined && budget && { budget }),
  }
  await client.sessions.update(session.id, chosen)
}

const modeOfManifest = async (client: Client, { id }: Session): Promise<string | undefined> => {
  const manifest = await client.sessions.manifest(id).catch(() => undefined)
  return manifest?.session.permissionMode
}

/** Undefined for a command line of one's own; and for what cannot be started, which the driver reports. */
const nameOf = async (
  requested: string | undefined,
  cwd: string,
  searchPath: string,
): Promise<string | undefined> => {
  const agent = await chooseAgent({ requested, cwd, searchPath, demo: [] }).catch(() => undefined)
  return agent?.isKnown ? agent.name : undefined
}
