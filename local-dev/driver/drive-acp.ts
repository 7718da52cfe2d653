import type { Client, Session } from '../../functions/client/client'
import { PermissionMode } from '../../schemas/agent'
import type { Role } from '../../schemas/template'
import { askingOf } from '../agents/asks'
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
const requireAsking = (
  { name, preset, version }: AcpChoice,
  permissionMode: string | undefined,
  trusted = '',
): void => {
  const isFree = permissionMode === 'bypassPermissions' || trusted.split(',').includes(name)
  if (!preset || isFree || askingOf(preset, version) !== 'does-not-ask') return
  throw new AgentStartError(
    1,
    `${name} does not ask before it does something, so no permission mode but bypassPermissions can be kept: choose that, or start the runner with --trust-agent ${name}`,
  )
}

/** Runs an agent over ACP as the runner has it in the environment. What speaks ACP is loaded only here. */
export const driveAcp = async ({ permissionMode, ...options }: DriveOptions): Promise<AgentExit> => {
  requireAsking(options.choice, permissionMode, options.env.MAESTRO_TRUST_AGENT)
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
