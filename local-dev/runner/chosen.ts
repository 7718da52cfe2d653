/** How a session's agent works: the spawn beats the runner's flags, and what counts is said in the session. */
import type { Client, Session, UpdateSessionRequest } from '../../functions/client/client'
import { PermissionMode } from '../../schemas/agent'
import { chooseAgent } from '../agents/choose'
import { chooseDrive } from '../agents/drive'
import type { RunnerOptions } from './options'

/** A person's to write: an agent may not say of itself what it may do. */
export const noteChosen = async (
  client: Client,
  session: Session,
  { env, budget, cwd }: Pick<RunnerOptions, 'env' | 'budget'> & { cwd: string },
): Promise<void> => {
  const { model = env.MAESTRO_MODEL || undefined } = session
  const permissionMode =
    session.permissionMode ?? (env.MAESTRO_PERMISSION_MODE || (await modeOfManifest(client, session)))
  const chosen: UpdateSessionRequest = {
    ...(await drivenBy(session, env, cwd)),
    model,
    // A word of the agent's own is none of ours.
    permissionMode: PermissionMode.safeParse(permissionMode).data,
    ...(session.budget === undefined && budget && { budget }),
  }
  await client.sessions.update(session.id, chosen)
}

const modeOfManifest = async (client: Client, { id }: Session): Promise<string | undefined> => {
  const manifest = await client.sessions.manifest(id).catch(() => undefined)
  return manifest?.session.permissionMode
}

/**
 * What its process runs in. An agent that speaks ACP needs no terminal; one that cannot be started is
 * reported by its driver.
 */
export const terminalFor = async (
  session: Session,
  { env, terminal }: Pick<RunnerOptions, 'env' | 'terminal'>,
): Promise<RunnerOptions['terminal']> =>
  (await driveOf(session, env, undefined).catch(() => undefined)) ? 'none' : terminal

const driveOf = ({ drive, agent: named }: Session, env: NodeJS.ProcessEnv, cwd: string | undefined) =>
  chooseDrive({ drive, named, cwd, env })

/** Without a name for a command line of one's own; nothing for what cannot be started, which the driver reports. */
const drivenBy = async (
  session: Session,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Pick<UpdateSessionRequest, 'agent' | 'drive'>> => {
  try {
    const acp = await driveOf(session, env, cwd)
    if (acp) return { drive: 'acp', ...(acp.preset && { agent: acp.name }) }
    const { agent: requested = env.MAESTRO_AGENT } = session
    const agent = await chooseAgent({ requested, cwd, searchPath: env.PATH ?? '', demo: [] })
    return { drive: 'terminal', ...(agent.isKnown && { agent: agent.name }) }
  } catch {
    return {}
  }
}
