// Everything that work needs: a server, a git repository as a project, and runners, each a process of its own.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type Session } from '../../functions/client/client'
import { signalGroup } from '../../local-dev/acp/process-group'
import { groupsOf } from '../../local-dev/runner/process/pidfile'
import { maestroInProcess } from '../cli/in-process'
import { maestroWith, program } from '../cli/maestro'
import { makeDirectories, startServer } from '../contract/server'

const agents = join(import.meta.dirname, 'agents')
/** Works with nothing but commands, as a model would; each is a process. */
export const commandingWorker = `node ${join(agents, 'commanding-worker.mjs')} {promptFile}`
/** Does the same by requests of its own. */
export const worker = `node ${join(agents, 'worker.mjs')} {promptFile}`
export const orchestrator = `node ${join(agents, 'orchestrator.mjs')} {promptFile}`

export interface Runner {
  /** What it has said, in its own words. */
  output(): string
  /** The exit code, once it has ended by itself. */
  exited: Promise<number | null>
  /** The exit code, after a signal. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export type Fixture = Awaited<ReturnType<typeof createFixture>>

export const createFixture = async (serverEnv: Record<string, string> = {}) => {
  const server = await startServer({ env: serverEnv })
  const { root, sessionDir, url } = server
  const environment = {
    HOME: root,
    SESSION_DIR: sessionDir,
    SKILLS_DIR: server.skillsDir,
    MAESTRO_SERVER_URL: url,
    TMUX_TMPDIR: root,
  }
  const client = createClient({ url, token: serverEnv.MAESTRO_API_TOKEN })
  const directory = join(root, 'app')
  makeRepository(directory)
  const project = await client.projects.create({ name: 'app', workingDir: directory })
  const runners: Runner[] = []

  return {
    server,
    client,
    project,
    directory,
    environment,
    /** A command as a process, where what it is in is what is tried. */
    maestro: maestroWith(environment),
    here: maestroInProcess(environment),
    tasks: (...titles: string[]) =>
      inOrder(titles, (title) => client.tasks.create({ projectId: project.id, title })),
    /** A spawned session's id. */
    async spawn(taskIds: string[], fields: object = {}): Promise<string> {
      return (await client.sessions.spawn({ projectId: project.id, taskIds, ...fields })).sessionId
    },
    /** A runner that listens. */
    async run(
      args: readonly string[],
      env: Record<string, string> = {},
      terminal: 'tmux' | 'none' = 'none',
    ): Promise<Runner> {
      const command = terminal === 'tmux' ? ['run'] : ['run', '--without-tmux']
      const runner = startRunner([...command, ...args], { ...environment, ...env })
      runners.push(runner)
      await waitUntil('the runner listens', () => runner.output().includes('Listening'))
      return runner
    },
    exists: (name: string) => existsSync(join(directory, name)),
    file: (name: string) => readFileSync(join(directory, name), 'utf8'),
    files: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.txt'))
        .sort(),
    sessionFile: (id: string, name: string) => readFileSync(join(sessionDir, id, name), 'utf8'),
    /** Which sessions' agents were started, in order: one that is started twice is there twice. */
    starts: () => readFileSync(join(directory, 'starts.log'), 'utf8').trim().split('\n'),
    /** Waits until the agent of a task has begun, and not only its session. */
    working: (taskId = '') =>
      waitUntil('the agent works', async () => {
        const sessions = await client.sessions.list({ taskId })
        return sessions.some(({ timeline }) => timeline.some(({ message }) => message === 'Waiting'))
      }),
    commits: () =>
      execFileSync('git', ['log', '--format=%s'], { cwd: directory, encoding: 'utf8' }).trim().split('\n'),
    /** Lets tasks that wait go on. */
    releaseTasks: () => writeFileSync(join(directory, 'go'), ''),
    ended: (id: string) => waitForSession(() => client.sessions.get(id), hasEnded),
    /** Everything is as before the first runner, but for what the server knows. */
    async clear() {
      await this.endAll()
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
      makeRepository(directory)
    },
    /** Runners, drivers and agents are gone. */
    async endAll() {
      for (const runner of runners.splice(0)) await runner.end('SIGKILL')
      for (const id of existsSync(sessionDir) ? readdirSync(sessionDir) : [])
        for (const { leader } of await groupsOf(join(sessionDir, id))) signalGroup(leader.pid, 'SIGKILL')
    },
    async stop() {
      await this.endAll()
      await server.stop()
    },
  }
}

/** Of a session whose agent has ended, too, and whose end was told. */
const hasEnded = ({ status, timeline }: Session) =>
  ['completed', 'failed', 'stopped'].includes(status) &&
  timeline.some(({ metadata }) => metadata?.cause !== undefined && metadata.cause !== 'reported')

const waitForSession = async (get: () => Promise<Session>, holds: (session: Session) => boolean) => {
  let session = await get()
  await waitUntil('the session has come so far', async () => {
    session = await get()
    return holds(session)
  })
  return session
}

/** Waits until something holds; after 25 seconds it never will. */
export const waitUntil = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  // What takes long is asked about less often: each time costs both sides.
  for (
    const start = Date.now();
    Date.now() - start < 25_000;
    await sleep(Math.min(200, 20 + (Date.now() - start) / 20))
  )
    if (await holds()) return
  throw new Error(`in vain: ${what}`)
}

export const startRunner = (args: readonly string[], env: Record<string, string>): Runner => {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    output: () => output,
    exited,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}

let made: string | undefined

/** A repository with one commit. It is made once: git is five processes each time. */
const makeRepository = (directory: string) => {
  made ??= makeFirst(join(makeDirectories().root, 'app'))
  cpSync(made, directory, { recursive: true })
}

const makeFirst = (directory: string): string => {
  mkdirSync(directory)
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory })
  git('init', '--quiet')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'ada@example.org')
  git('commit', '--quiet', '--allow-empty', '--message', 'begin')
  return directory
}

const inOrder = async <A, B>(values: readonly A[], make: (value: A) => Promise<B>): Promise<B[]> => {
  const made: B[] = []
  for (const value of values) made.push(await make(value))
  return made
}
