import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Of each output the last so many characters are kept. */
const kept = 64 * 1024
/** A program that is asked to end gets this long, in milliseconds; so do its outputs once it has ended. */
const patience = 1000

interface Options {
  env: NodeJS.ProcessEnv
  /** Ends the program, and every program that it has started, when it aborts. */
  signal: AbortSignal
}

/** How a program ended. */
interface Ended {
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
export const runProgram = (path: string, args: readonly string[], { env, signal }: Options): Promise<Ended> =>
  new Promise((resolve, reject) => {
    // A group of its own, so that what it starts can be ended with it.
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const stdout = lastOf(child.stdout)
    const stderr = lastOf(child.stderr)
    let aborted = false
    let timer: NodeJS.Timeout | undefined
    running.add(child)

    const abort = () => {
      aborted = true
      endGroup(child, 'SIGTERM')
      timer = setTimeout(() => endGroup(child, 'SIGKILL'), patience)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }

    child.on('error', reject)
    child.on('exit', () => {
      settle()
      endGroup(child, 'SIGKILL')
      // Something that has left the group may still hold the outputs open.
      timer = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, patience)
    })
    child.on('close', (code, killer) => {
      settle()
      running.delete(child)
      resolve({ exit: killer ?? code ?? 0, aborted, stdout: stdout(), stderr: stderr() })
    })
  })

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) endGroup(child, 'SIGKILL')
})

/** Ends a program with every one that it has started; nothing if they are gone. */
const endGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals) => {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // They are gone.
  }
}

const lastOf = (output: Readable): (() => string) => {
  let text = ''
  output.setEncoding('utf8')
  output.on('data', (chunk: string) => {
    text = (text + chunk).slice(-kept)
  })
  return () => text
}
