// Servers that are nothing but their lock, on a fresh data directory for each test.

import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import {
  DirectoryLockedError,
  type Lock,
  type LockOptions,
  lockDirectory,
} from '../../storage/drivers/files/lock'
import { ownIdentity } from '../../storage/drivers/files/process-identity'

/** A server reduced to its lock: takes it when told where and when, tells how it went, ends when told to. */
const serverSource = `
  import { lockDirectory } from './storage/drivers/files/lock'
  let lock
  process.on('message', ({ dir, at, options }) => {
    if (!dir) {
      lock.release()
      process.disconnect()
      return
    }
    // Asleep, but for the last moment, which a timer would not meet.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, at - 3 - Date.now()))
    while (Date.now() < at);
    try {
      lock = lockDirectory(dir, options)
      process.send({ holder: process.pid })
    } catch (error) {
      process.send({ refused: error.name, message: error.message, holder: error.pid })
    }
  })
`

/** Preloaded, it makes the file system one without hard links. */
const withoutLinksSource = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  fs.linkSync = () => { throw Object.assign(new Error('EPERM: no hard links here'), { code: 'EPERM' }) }
  syncBuiltinESMExports()
`

interface Answer {
  holder: number
  refused?: string
  message?: string
}

/** Where everything of the test file is. */
export const root = mkdtempSync(join(tmpdir(), 'maestro-lock-'))
export const withoutLinksFile = join(root, 'without-links.mjs')
const serverFile = join(root, 'server.mjs')
export const children: ChildProcess[] = []
const locks: Lock[] = []

/** The data directory of the present test, and the path of its lock. */
export const data = { dir: '', lockFile: '' }

export const freshDirectory = () => {
  data.dir = mkdtempSync(join(root, 'data-'))
  data.lockFile = join(data.dir, '.lock')
}

beforeAll(() => {
  bundle(serverSource, serverFile)
  writeFileSync(withoutLinksFile, withoutLinksSource)
})

beforeEach(freshDirectory)

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const lock of locks.splice(0)) lock.release()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

export const bundle = (contents: string, outfile: string) => {
  const stdin = { contents, resolveDir: process.cwd() }
  buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', outfile })
}

export const take = (options?: LockOptions): Lock => {
  const lock = lockDirectory(data.dir, options)
  locks.push(lock)
  return lock
}

export const refusal = (options?: LockOptions): DirectoryLockedError => {
  try {
    take(options)
  } catch (error) {
    if (error instanceof DirectoryLockedError) return error
    throw error
  }
  throw new Error('The lock was taken over from a living server')
}

export const startServer = (execArgv: string[] = []): ChildProcess => {
  const child = fork(serverFile, { execArgv })
  children.push(child)
  return child
}

export const ask = async (server: ChildProcess, question: object): Promise<Answer> => {
  const answer = once(server, 'message')
  server.send(question)
  return (await answer)[0]
}

/** A server that holds the data directory. */
export const startHolder = async (options?: LockOptions): Promise<ChildProcess> => {
  const server = startServer()
  expect(await ask(server, { dir: data.dir, at: 0, options })).toEqual({ holder: server.pid })
  return server
}

export const killHard = async (server: ChildProcess) => {
  server.kill('SIGKILL')
  await once(server, 'exit')
}

export const deadPid = (): number => spawnSync('true').pid

export const record = (changes: object = {}): string =>
  JSON.stringify({ ...ownIdentity(), id: randomUUID(), time: new Date().toISOString(), ...changes })

export const recordedPid = (): unknown =>
  parseTrusted<{ pid?: unknown }>(readFileSync(data.lockFile, 'utf8')).pid

export const until = async (holds: () => boolean) => {
  for (let round = 0; round < 1_000 && !holds(); round++) await sleep(10)
  expect(holds()).toBe(true)
}
