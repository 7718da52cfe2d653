/** Starts, watches and ends the server that is measured, exactly as `npm start` would run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithBench } from './children'
import { cpuSeconds } from './proc'

export type Server = {
  pid: number
  port: number
  /** From spawning the process until /health answered 200, in milliseconds. */
  startMs: number
  /** Everything that it printed so far. */
  output(): string
  /** SIGTERM; throws when the server does not end with code 0 within 10 s. */
  stop(): Promise<void>
  /** SIGKILL, resolved when the process is gone. */
  kill(): Promise<void>
}

/** What is checked out here. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000

/**
 * `home` holds everything the server writes. Its configuration is the default one, but for the address, the
 * directories and the manifest generator, which is the built-in one: a CLI would measure that CLI. `folder` holds the build.
 */
export const startServer = async (
  home: string,
  nodeOptions: string[] = [],
  folder = root,
): Promise<Server> => {
  const port = await freePort()
  const log = join(home, `server-${port}.log`)
  const out = openSync(log, 'a')
  const startedAt = performance.now()
  const child = endWithBench(
    spawn(process.execPath, [...nodeOptions, 'dist/server.js'], {
      cwd: folder,
      stdio: ['ignore', out, out],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: join(home, 'data'),
        SESSION_DIR: join(home, 'sessions'),
        SKILLS_DIR: join(home, 'skills'),
        MANIFEST_GENERATOR: 'server',
        DURABILITY: 'process',
      },
    }),
  )
  const output = (): string => readFileSync(log, 'utf8')
  await untilHealthy(child, port, output)
  const startMs = performance.now() - startedAt
  return {
    pid: child.pid ?? 0,
    port,
    startMs,
    output,
    stop: async () => {
      await end(child, 'SIGTERM')
      if (child.exitCode !== 0)
        throw new Error(`SIGTERM ended the server with ${child.exitCode}:\n${output()}`)
    },
    kill: () => end(child, 'SIGKILL'),
  }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) })
}

/** Waits until the server has nothing left to do, so that one measure does not pay for the one before. */
export const untilIdle = async (pid: number, maxIdleLoad = 0.02): Promise<void> => {
  for (let i = 0; i < 100; i++) {
    const before = cpuSeconds(pid)
    await sleep(300)
    if ((cpuSeconds(pid) - before) / 0.3 <= maxIdleLoad) return
  }
  throw new Error('The server is still busy 30 s after the load')
}

const untilHealthy = async (child: ChildProcess, port: number, output: () => string): Promise<void> => {
  const limit = performance.now() + startTimeoutMs
  while (performance.now() < limit) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`)
    if (await healthy(port)) return
    await sleep(2)
  }
  throw new Error(`The server does not answer /health:\n${output()}`)
}

/** One try on a bare socket: fetch would cost more than what is measured. */
const healthy = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
    })
    socket.once('data', (bytes) => {
      socket.destroy()
      resolve(bytes.toString('latin1').startsWith('HTTP/1.1 200'))
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
