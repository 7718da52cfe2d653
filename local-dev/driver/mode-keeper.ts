import type { PermissionMode } from '../../schemas/agent'
import { AcpClosed } from '../acp/errors'
import type { AcpChoice } from '../agents/drive'
import { reasonOf } from '../lib/reason'
import type { OpenedSession } from './open-session'

/** So often a mode that the agent changed itself is set back in one process; then it only says so. */
const maxResets = 5

interface ModeKeeperOptions {
  choice: AcpChoice
  initial: PermissionMode
  opened(): OpenedSession | undefined
  note(level: 'progress' | 'error', message: string): void
}

/** Keeps the agent in the mode in which it asks. What it may do is decided by the session's permission mode alone. */
export const createModeKeeper = ({ choice, initial, opened, note }: ModeKeeperOptions) => {
  let permissionMode = initial
  let resets = 0
  const wanted = () => choice.preset?.sessionMode(permissionMode)

  const set = async (failed: string): Promise<void> => {
    const session = opened()
    const mode = wanted()
    if (!session || mode === undefined) return
    await session.agent.setMode(session.sessionId, mode).catch((error) => {
      if (!(error instanceof AcpClosed)) note('error', `${failed}: ${reasonOf(error)}`)
    })
  }

  return {
    permissionMode: () => permissionMode,
    /** A person has changed it: it counts from the next question on. */
    choose(mode: PermissionMode) {
      const before = wanted()
      permissionMode = mode
      note('progress', `The permission mode is ${mode} from the next question on`)
      if (wanted() !== before) void set(`The agent does not take the mode ${wanted()}`)
    },
    /** The agent says in which mode it is. */
    onMode(mode: string) {
      const keep = wanted()
      if (keep === undefined || mode === keep || !opened()) return
      resets++
      if (resets > maxResets) return
      note('error', `${choice.name} changed its mode to ${mode}: it is set back to ${keep}`)
      void set(`It could not be set back to ${keep}`)
    },
    /** Ids of modes that it may go on in when it asks to switch. */
    permitted: (): string[] => {
      const mode = wanted()
      return mode === undefined ? [] : [mode]
    },
    /** It is another process. */
    renewed() {
      resets = 0
    },
  }
}
