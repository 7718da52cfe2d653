/** The process of the agent: one at a time, opened, replaced by a new one, and ended whatever happens. */

import type { PermissionMode } from '../../schemas/agent'
import type { AcpAgent, AgentOptions } from '../acp/agent'
import type { AcpChoice } from '../agents/drive'
import { reasonOf } from '../lib/reason'
import { type OpenedSession, openSession } from './open-session'

interface AgentProcessOptions {
  choice: AcpChoice
  cwd: string
  env: NodeJS.ProcessEnv
  callbacks: Pick<AgentOptions, 'onUpdate' | 'onPermission' | 'onNoise' | 'onStderr'>
  /** As they are when it is opened. */
  chosen(): { permissionMode: PermissionMode; acpSessionId: string | undefined }
  beginModel(opened: { agent: AcpAgent; sessionId: string }): Promise<void>
  onProcess(pid: number): void
  onOpened(opened: OpenedSession): Promise<void>
  onFailed(error: unknown): void
  /** It has ended, and nobody here has asked for it. */
  onGone(closure: { exitCode: number | null; signal: NodeJS.Signals | null; reason: string }): void
}

export const createAgentProcess = (options: AgentProcessOptions) => {
  const { choice } = options
  let opened: OpenedSession | undefined
  let opening: Promise<void> | undefined
  /** Ends the one that is there, or is only starting. */
  let ending = new AbortController()
  let isClosed = false

  const watch = async (agent: AcpAgent) => {
    const { exitCode, signal, stderr } = await agent.closed
    if (opened?.agent !== agent) return
    opened = undefined
    const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`
    const last = stderr.trim().split('\n').at(-1)?.slice(0, 500)
    options.onGone({ exitCode, signal, reason: `${choice.name} ${how}${last ? `: ${last}` : ''}` })
  }

  const openOnce = async () => {
    const { signal } = ending
    try {
      const session = await openSession({
        ...options.chosen(),
        choice,
        cwd: options.cwd,
        env: options.env,
        callbacks: options.callbacks,
        beginModel: options.beginModel,
        signal,
        onProcess: (agent) => options.onProcess(agent.pid),
      })
      if (isClosed) return await session.agent.close()
      opened = session
      void watch(session.agent)
      await options.onOpened(session)
    } catch (error) {
      if (!isClosed) options.onFailed(error)
    }
  }

  const open = (): Promise<void> => {
    opening = openOnce().finally(() => {
      opening = undefined
    })
    return opening
  }

  const end = async () => {
    const agent = opened?.agent
    opened = undefined
    ending.abort()
    ending = new AbortController()
    await agent?.close().catch((error) => options.callbacks.onNoise(reasonOf(error)))
  }

  return {
    opened: () => opened,
    open,
    /** Ends the process, and begins another one. */
    async renew() {
      await end()
      if (!isClosed) await open()
    },
    async close() {
      isClosed = true
      await end()
      await opening
    },
  }
}
