// A PostgreSQL server of the tests' own, where PostgreSQL is installed: in a temporary directory, on loopback.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'
import { freePort } from './port'

export interface Cluster {
  port: number
  /** Makes an empty database, and gives its URL. */
  createDatabase(): Promise<string>
  /** Ends the server: as a crash would, unless it is to end in good order. */
  end(how: 'crash' | 'orderly'): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
  /** Ends it for good, and removes its files. */
  remove(): Promise<void>
}

/** Why there can be no server here; undefined if there can be one. */
export const missingReason = (): string | undefined => {
  if (!programs()) return 'PostgreSQL (initdb, postgres) is not installed'
  return isRoot() && !unprivileged()
    ? 'PostgreSQL does not run as root, and there is no user postgres'
    : undefined
}

/** Makes a server and starts it. `files`: written next to its data; `options`: settings, `name=value`. */
export const startCluster = async (options: (directory: string) => string[] = () => []): Promise<Cluster> => {
  const folder = programs()
  if (!folder) throw new Error('PostgreSQL is not installed')
  const directory = mkdtempSync(join(tmpdir(), 'maestro-postgres-'))
  const user = isRoot() ? unprivileged() : undefined
  const settings = options(directory)
  if (user)
    for (const path of ['.', ...readdirSync(directory)]) chownSync(join(directory, path), user.uid, user.gid)
  const data = join(directory, 'data')
  execFileSync(
    join(folder, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    { ...user, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const port = await freePort()
  let server: ChildProcess | undefined
  let log = ''
  const removeAll = () => {
    server?.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', removeAll)
  process.once('SIGTERM', removeAll)

  const start = async () => {
    const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', ...settings]
    const args = ['-D', data, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])]
    server = spawn(join(folder, 'postgres'), args, {
      ...user,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    server.stderr?.on('data', (text) => {
      log += text
    })
    for (const began = Date.now(); Date.now() - began < 30_000; ) {
      if (server.exitCode !== null) break
      if (await canConnect(port)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`PostgreSQL did not start:\n${log}`)
  }

  const end = async (how: 'crash' | 'orderly') => {
    const running = server
    if (!running || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('close', resolve))
    running.kill(how === 'crash' ? 'SIGQUIT' : 'SIGINT')
    await ended
  }

  await start()
  let databases = 0
  return {
    port,
    async createDatabase() {
      const name = `d${++databases}`
      await sql(`postgres://postgres@127.0.0.1:${port}/postgres`, `CREATE DATABASE ${name}`)
      return `postgres://postgres:pa55word@127.0.0.1:${port}/${name}`
    },
    start,
    end,
    async remove() {
      await end('orderly')
      process.off('exit', removeAll).off('SIGTERM', removeAll)
      removeAll()
    },
  }
}

/** Runs a statement over a connection of its own. */
export const sql = async (
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

const canConnect = (port: number) =>
  sql(`postgres://postgres@127.0.0.1:${port}/postgres`, 'SELECT').then(
    () => true,
    () => false,
  )

/** Debian keeps the server's programs out of PATH. */
const programs = (): string | undefined => {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions]
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
}

const isRoot = () => process.getuid?.() === 0

const unprivileged = () => {
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}
