/** The process of an agent: started in a group of its own, and ended with all of it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentClosure } from './errors'
import { isGroupGone, signalGroup } from './process-group'

/** Of standard error, the end is kept. */
const maxStderrBytes = 8 * 1024
/** From the end of its input to SIGTERM, and from there to SIGKILL: less than a driver has before it is killed itself. */
const eofGraceMs = 1000
const killGraceMs = 2500
/** How long a killed group is looked for: what is left then is nobody's, or cannot be killed. */
const goneGraceMs = 1000
/** What has left the group may hold the output open when the agent is gone: until so many looks in which nothing came. */
const drainGraceMs = 1000
const maxDrainLooks = 10

interface ProcessOptions {
  command: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Its standard output, piece by piece; the next is read when this has resolved. */
  onOutput(bytes: Uint8Array): Promise<void>
  onStderr?: ((text: string) => void) | undefined
}

export interface AgentProcess {
  pid: number
  /** False: it does not read, and more waits for it than is kept. */
  write(text: string): boolean
  /** The end of its standard error until now. */
  stderr(): string
  /** Its input ends, then SIGTERM, then SIGKILL of the group; resolves when none of it is left. */
  close(): Promise<void>
  /** When it has ended, and what it had written was handed on. */
  closed: Promise<AgentClosure>
}

/** What waits to be read by an agent, at most. */
const maxUnreadBytes = 64 * 1024 * 1024

/** Rejects with the system's error where the program cannot be started. */
export const startAgentProcess = async (options: ProcessOptions): Promise<AgentProcess> => {
  const [program = '', ...args] = options.command
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
  // A later error is about a signal or the input of a process that is gone, which its exit tells better.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  const errors = keepEnd(child.stderr, options.onStderr)
  const endNow = () => signalGroup(pid, 'SIGTERM')
  process.once('exit', endNow)
  const exited = exitOf(child).finally(() => process.off('exit', endNow))
  const output = readAll(child.stdout, options.onOutput)

  const terminateGroup = async (): Promise<void> => {
    if (!signalGroup(pid, 'SIGTERM') || (await isGroupGone(pid, killGraceMs))) return
    signalGroup(pid, 'SIGKILL')
    await isGroupGone(pid, goneGraceMs)
  }
  let closing: Promise<void> | undefined
  const closed = exited.then(async (exit) => {
    closing ??= terminateGroup()
    await Promise.race([Promise.all([output.ended, errors.ended]), output.idle()])
    child.stdout.destroy()
    child.stderr.destroy()
    return { ...exit, stderr: errors.text() }
  })

  return {
    pid,
    write(text) {
      if (child.stdin.writable) child.stdin.write(text)
      return child.stdin.writableLength <= maxUnreadBytes
    },
    stderr: errors.text,
    async close() {
      child.stdin.end()
      await Promise.race([exited, sleep(eofGraceMs, undefined, { ref: false })])
      closing ??= terminateGroup()
      await closing
      await closed
    },
    closed,
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const exitOf = (child: Child): Promise<Pick<AgentClosure, 'exitCode' | 'signal'>> =>
  new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })

/** Hands a stream on, piece by piece. */
const readAll = (stream: Readable, onOutput: (bytes: Uint8Array) => Promise<void>) => {
  let pieces = 0
  const read = async () => {
    for await (const bytes of stream) {
      pieces++
      await onOutput(bytes)
    }
  }
  return {
    ended: read().catch(() => undefined),
    /** Resolves when nothing comes any more, or too much. */
    async idle(): Promise<void> {
      for (let look = 0, before = -1; look < maxDrainLooks && before !== pieces; look++) {
        before = pieces
        await sleep(drainGraceMs, undefined, { ref: false })
      }
    },
  }
}

const keepEnd = (stream: Readable, onText: ((text: string) => void) | undefined) => {
  const decoder = new StringDecoder('utf8')
  let end: Buffer = Buffer.alloc(0)
  stream.on('data', (bytes: Buffer) => {
    end = Buffer.concat([end, bytes.subarray(-maxStderrBytes)]).subarray(-maxStderrBytes)
    onText?.(decoder.write(bytes))
  })
  return {
    text: () => end.toString('utf8').replace(/^\uFFFD+/, ''),
    ended: new Promise<void>((resolve) => {
      stream.once('close', resolve)
    }),
  }
}
