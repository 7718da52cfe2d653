import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How an agent ended. */
export interface AgentExit {
  /** Null if a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** In milliseconds. */
  duration: number
  /** One sentence, where more is known than code and signal. */
  reason?: string | undefined
  /** A person has chosen that it ends. */
  isStopped?: boolean | undefined
}

interface AgentRunOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Ends the agent: SIGTERM, and SIGKILL after `killGraceMs`. */
  stop: AbortSignal
}

/** One second less than a runner waits before it kills the whole group, so that the exit can still be reported. */
const killGraceMs = 4000

/**
 * Runs an agent on this terminal until it ends. SIGTERM and SIGHUP to this process are meant for the agent:
 * they are passed on, and count as what ended it. Rejects if it cannot be started.
 */
export const runAgent = (
  [program = '', ...args]: readonly string[],
  { cwd, env, stop }: AgentRunOptions,
): Promise<AgentExit> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' })
    let requested: NodeJS.Signals | null = null
    let timer: NodeJS.Timeout | undefined

    const terminate = (signal: NodeJS.Signals) => {
      requested ??= signal
      child.kill(signal)
      timer ??= setTimeout(() => child.kill('SIGKILL'), killGraceMs)
    }
    // Ctrl-C goes to the agent as well, which knows what to do with it.
    const onInterrupt = () => {
      if (!process.stdin.isTTY) terminate('SIGINT')
    }
    const onTerminate = () => terminate('SIGTERM')
    const onHangUp = () => terminate('SIGHUP')
    // Left in place when the agent has ended: what then follows is the report, which no signal may prevent.
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onHangUp)
    if (stop.aborted) onTerminate()
    else stop.addEventListener('abort', onTerminate)

    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onTerminate)
      const duration = Math.round(performance.now() - startedAt)
      resolve({ exitCode: code, signal: signal ?? requested ?? signalOf(code), duration })
    })
  })

/** A shell that ran the agent exits with 128 + n if signal n ended it; only those count that end things on purpose. */
const signalOf = (code: number | null): NodeJS.Signals | null => {
  const names: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGTERM']
  return names.find((name) => code === 128 + constants.signals[name]) ?? null
}
