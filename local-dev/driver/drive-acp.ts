import type { Client, Session } from '../../functions/client/client'
import { PermissionMode } from '../../schemas/agent'
import type { Role } from '../../schemas/template'
import { noticesOf, whyUnasked } from '../agents/asks'
import type { AcpChoice } from '../agents/drive'
import type { AgentExit } from '../agents/process'
import { AgentStartError } from '../agents/start-error'
import { homeFolder } from '../lib/home'

interface DriveOptions {
  client: Client
  session: Session
  choice: AcpChoice
  cwd: string
  /** Of the agent. */
  env: NodeJS.ProcessEnv
  folder: string
  prompt: string
  role: Role
  model: string | undefined
  permissionMode: string | undefined
}

const defaultStallMinutes = 10

/** What an agent that does not ask may do, nobody decides: it starts where nothing is asked anyway, or is trusted. */
const requireAsking = async ({
  choice,
  permissionMode,
  env,
  cwd,
  client,
  session,
}: DriveOptions): Promise<void> => {
  const { name, preset, version } = choice
  if (!preset) return
  const known = { name, preset, version }
  const trusted = env.MAESTRO_TRUST_AGENT?.split(',') ?? []
  const isFree = permissionMode === 'bypassPermissions' || trusted.includes(name)
  const reason = isFree ? undefined : await whyUnasked(known, { cwd })
  if (reason !== undefined)
    throw new AgentStartError(
      1,
      `${reason}, so no permission mode but bypassPermissions can be kept: choose that, or start the runner with --trust-agent ${name}`,
    )
  for (const message of await noticesOf(known, { home: homeFolder(), cwd }))
    await client.sessions.addTimeline(session.id, { type: 'progress', message })
}

/** Runs an agent over ACP as the runner has it in the environment. What speaks ACP is loaded only here. */
export const driveAcp = async (given: DriveOptions): Promise<AgentExit> => {
  await requireAsking(given)
  const { permissionMode, ...options } = given
  const { runAcpAgent } = await import('./run-acp')
  const { MAESTRO_UNATTENDED, MAESTRO_STALL_AFTER, MAESTRO_PERMISSIONS } = options.env
  return runAcpAgent({
    ...options,
    home: homeFolder(),
    permissionMode: PermissionMode.safeParse(permissionMode).data ?? 'acceptEdits',
    permissionsFile: MAESTRO_PERMISSIONS || undefined,
    isUnattended: MAESTRO_UNATTENDED === '1',
    stallAfterMs: (Number(MAESTRO_STALL_AFTER) || defaultStallMinutes) * 60_000,
    write: (text) => void process.stdout.write(text),
  })
}
