import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Of standard output and standard error each, the last so many characters are kept. */
const maxOutputChars = 64 * 1024
/** From SIGTERM to SIGKILL; and from the exit of a program to the end of its outputs. */
const killGraceMs = 1000

interface RunOptions {
  env: NodeJS.ProcessEnv
  /** Ends the program, and every program that it has started, when it aborts. */
  signal: AbortSignal
}

/** How a program ended. */
interface ProgramResult {
  /** Its exit code, or the signal that ended it. */
  exit: number | NodeJS.Signals
  /** Whether it was ended because `signal` aborted. */
  aborted: boolean
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end: no shell, no standard input, its outputs captured. Rejects if it cannot be started.
 */
export const runProgram = (
  path: string,
  args: readonly string[],
  { env, signal }: RunOptions,
): Promise<ProgramResult> =>
  new Promise((resolve, reject) => {
    // A group of its own, so that what it starts can be ended with it.
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const stdout = captureTail(child.stdout)
    const stderr = captureTail(child.stderr)
    let aborted = false
    let timer: NodeJS.Timeout | undefined
    running.add(child)

    const abort = () => {
      aborted = true
      signalGroup(child, 'SIGTERM')
      timer = setTimeout(() => signalGroup(child, 'SIGKILL'), killGraceMs)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    const stopWaiting = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }

    child.on('error', reject)
    child.on('exit', () => {
      stopWaiting()
      signalGroup(child, 'SIGKILL')
      // Something that has left the group may still hold the outputs open.
      timer = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, killGraceMs)
    })
    child.on('close', (code, killer) => {
      stopWaiting()
      running.delete(child)
      resolve({ exit: killer ?? code ?? 0, aborted, stdout: stdout(), stderr: stderr() })
    })
  })

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL')
})

/** Signals a program and every one that it has started. */
const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals) => {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // They are gone.
  }
}

const captureTail = (output: Readable): (() => string) => {
  let text = ''
  output.setEncoding('utf8')
  output.on('data', (chunk: string) => {
    text = (text + chunk).slice(-maxOutputChars)
  })
  return () => text
}
