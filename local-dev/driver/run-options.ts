import type { Client, Session } from '../../functions/client/client'
import type { PermissionMode } from '../../schemas/agent'
import type { Role } from '../../schemas/template'
import type { AcpChoice } from '../agents/drive'

export interface AcpRunOptions {
  client: Client
  /** As it is when its agent begins. */
  session: Session
  choice: AcpChoice
  cwd: string
  /** Of the agent. */
  env: NodeJS.ProcessEnv
  home: string
  /** The session's own, where its log is. */
  folder: string
  /** All of its instructions. */
  prompt: string
  role: Role
  model: string | undefined
  permissionMode: PermissionMode
  /** `--permissions`, absolute. */
  permissionsFile: string | undefined
  isUnattended: boolean
  stallAfterMs: number
  /** Writes for people, into the log. */
  write(text: string): void
}
