import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How an agent ended. */
export interface Ending {
  /** Null if a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** In milliseconds. */
  duration: number
}

interface Run {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Ends the agent: politely, and 4 s later not. */
  stop: AbortSignal
}

/** One second less than a runner waits before it ends the whole group, so that the end can still be reported. */
const patience = 4000

/**
 * Runs an agent on this terminal until it ends. Whoever asks this process to end (SIGTERM, SIGHUP) means the agent:
 * it is passed on, and counts as what ended it. Rejects if it cannot be started.
 */
export const runAgent = (
  [program = '', ...args]: readonly string[],
  { cwd, env, stop }: Run,
): Promise<Ending> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' })
    let asked: NodeJS.Signals | null = null
    let timer: NodeJS.Timeout | undefined

    const end = (signal: NodeJS.Signals) => {
      asked ??= signal
      child.kill(signal)
      timer ??= setTimeout(() => child.kill('SIGKILL'), patience)
    }
    // Ctrl-C goes to the agent as well, which knows what to do with it.
    const onInterrupt = () => {
      if (!process.stdin.isTTY) end('SIGINT')
    }
    const onTerminate = () => end('SIGTERM')
    const onHangUp = () => end('SIGHUP')
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
      const duration = Math.round(performance.now() - started)
      resolve({ exitCode: code, signal: signal ?? asked ?? signalOf(code), duration })
    })
  })

/** A shell that ran the agent says by 128 + n that signal n ended it; of those only what ends things on purpose. */
const signalOf = (code: number | null): NodeJS.Signals | null => {
  const names: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGTERM']
  return names.find((name) => code === 128 + constants.signals[name]) ?? null
}
