// Starts the built server as a process of its own, on a free loopback port and on directories of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is to be undone when this process ends, the last first. Vitest ends its workers with SIGTERM. */
const leftovers = new Set<() => void>()
process.once('exit', () => undoLeftovers())
process.once('SIGTERM', () => {
  undoLeftovers()
  process.kill(process.pid, 'SIGTERM')
})

export interface Directories {
  /** Holds all the others; it is also the server's home and working directory. */
  root: string
  dataDir: string
  sessionDir: string
  skillsDir: string
}

export interface Server extends Directories {
  url: string
  port: number
  pid: number
  /** Everything the process has written to its two outputs. */
  log(): string
  /** Sends a signal and nothing more. */
  signal(name: NodeJS.Signals): void
  /** The exit code, once the process has ended; null when a signal ended it. */
  exited: Promise<number | null>
  /** Ends the process as an operator would, and removes the directories. Resolves with the exit code. */
  stop(): Promise<number | null>
  /** Ends the process as an operator would. The directories stay. Resolves with the exit code. */
  terminate(): Promise<number | null>
  /** Ends the process as a crash would. The directories stay. */
  kill9(): Promise<void>
  /** The same directories and port, another process; the present one is ended (SIGTERM) if it still runs. */
  restart(env?: Record<string, string>): Promise<Server>
}

export interface Start {
  /** Variables on top of those of every test; an empty string unsets one. */
  env?: Record<string, string>
  /** Called before the process starts, to put files into its directories. */
  prepare?: (directories: Directories) => void
  /** The program and its arguments. Default: Node with the built server. */
  command?: Command
  /** Those of another server that has ended. Default: fresh ones. */
  directories?: Directories
}

type Command = readonly [program: string, ...arguments: string[]]

/** Starts a server and waits until `/health` answers. Throws with its output when it does not come up. */
export const startServer = async (options: Start = {}): Promise<Server> => {
  const { env = {}, prepare, command, directories = makeDirectories() } = options
  prepare?.(directories)
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(directories, await freePort(), env, command)
    } catch (error) {
      // Between asking for a free port and using it, someone else may have taken it.
      if (attempt === 3 || !String(error).includes('EADDRINUSE')) {
        if (!options.directories) remove(directories.root)
        throw error
      }
    }
  }
}

/** Runs a server that is expected to end by itself: its exit code and its output. */
export const runToExit = async (env: Record<string, string>, directories = makeDirectories()) => {
  const running = launch(directories, await freePort(), env)
  const hang = setTimeout(() => running.child.kill('SIGKILL'), 20_000)
  const code = await running.exited
  clearTimeout(hang)
  return { code, output: running.log() }
}

/** A fresh temporary directory with the server's directories in it; it is removed when the tests end. */
export const makeDirectories = (): Directories => {
  const root = mkdtempSync(join(tmpdir(), 'maestro-test-'))
  leftovers.add(() => remove(root))
  const [dataDir, sessionDir, skillsDir] = [join(root, 'data'), join(root, 'sessions'), join(root, 'skills')]
  for (const directory of [dataDir, sessionDir, skillsDir]) mkdirSync(directory)
  return { root, dataDir, sessionDir, skillsDir }
}

const start = async (
  directories: Directories,
  port: number,
  env: Record<string, string>,
  command?: Command,
): Promise<Server> => {
  const running = launch(directories, port, env, command)
  const url = `http://127.0.0.1:${port}`
  await healthy(url, running)

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    running.child.kill(signal)
    const hang = setTimeout(() => running.child.kill('SIGKILL'), 15_000)
    const code = await running.exited
    clearTimeout(hang)
    return code
  }

  return {
    ...directories,
    url,
    port,
    pid: running.child.pid ?? 0,
    log: running.log,
    exited: running.exited,
    signal: (name) => void running.child.kill(name),
    async stop() {
      const code = await end('SIGTERM')
      remove(directories.root)
      return code
    },
    terminate: () => end('SIGTERM'),
    kill9: async () => void (await end('SIGKILL')),
    async restart(changed = env) {
      await end('SIGTERM')
      return start(directories, port, changed, command)
    },
  }
}

const builtServer = (): Command => {
  const script = join(import.meta.dirname, '../../dist/server.js')
  if (!existsSync(script)) throw new Error(`${script} is not there: npm run build`)
  return [process.execPath, script]
}

interface Running {
  child: ChildProcess
  exited: Promise<number | null>
  log: () => string
}

const launch = (
  directories: Directories,
  port: number,
  env: Record<string, string>,
  [program, ...args]: Command = builtServer(),
): Running => {
  const set = configurationOf(directories, port, env)
  const child = spawn(program, args, {
    cwd: directories.root,
    env: set,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => void child.kill('SIGKILL')
  leftovers.add(kill)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  void exited.then(() => leftovers.delete(kill))
  return { child, exited, log: () => output }
}

/** The environment of a server on these directories; an empty string in `env` unsets a variable. */
export const configurationOf = (
  directories: Directories,
  port: number,
  env: Record<string, string>,
): Record<string, string> => {
  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: directories.root,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: directories.dataDir,
    SESSION_DIR: directories.sessionDir,
    SKILLS_DIR: directories.skillsDir,
    MANIFEST_GENERATOR: 'server',
    LOG_LEVEL: 'warn',
    ...env,
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

/** Resolves when the server answers; throws when the process ends first, or after 20 s without an answer. */
const healthy = async (url: string, running: Running): Promise<void> => {
  for (const start = Date.now(); Date.now() - start < 20_000; ) {
    if (endOf(running.child) !== null) break
    const answered = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const end = endOf(running.child)
  running.child.kill('SIGKILL')
  await running.exited
  const what = end === null ? 'has not answered in 20 s' : `ended with ${end}`
  throw new Error(`the server did not start: it ${what}\n${running.log()}`)
}

/** The exit code, or the signal that ended it; null while it runs. */
const endOf = ({ exitCode, signalCode }: ChildProcess) => exitCode ?? signalCode

/** A port that nobody listened on a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(address)))
    })
  })

export const removeDirectories = ({ root }: Directories): void => remove(root)

const remove = (directory: string): void => {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
}

const undoLeftovers = (): void => {
  for (const undo of [...leftovers].reverse()) undo()
}
