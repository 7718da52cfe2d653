/** Two servers on one data directory overwrite each other's work; a dead one must not keep the next from starting. */

import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  DirectoryLockedError,
  type Lock,
  type LockOptions,
  lockDirectory,
} from '../../storage/drivers/files/lock'
import { ownIdentity, readProcessWithPs } from '../../storage/drivers/files/process-identity'

/** A server reduced to its lock: takes it when told where and when, tells how it went, ends when told to. */
const SERVER = `
  import { lockDirectory } from './storage/drivers/files/lock'
  let lock
  process.on('message', ({ dir, at, options }) => {
    if (!dir) {
      lock.release()
      process.disconnect()
      return
    }
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
const WITHOUT_LINKS = `
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

const root = mkdtempSync(join(tmpdir(), 'maestro-lock-'))
const serverFile = join(root, 'server.mjs')
const withoutLinksFile = join(root, 'without-links.mjs')
const elsewhere = { ...ownIdentity(), pidNamespace: 'pid:[1]' }
const children: ChildProcess[] = []
const locks: Lock[] = []
let dir = ''
let lockFile = ''

beforeAll(() => {
  bundle(SERVER, serverFile)
  writeFileSync(withoutLinksFile, WITHOUT_LINKS)
})

beforeEach(() => {
  dir = mkdtempSync(join(root, 'data-'))
  lockFile = join(dir, '.lock')
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const lock of locks.splice(0)) lock.release()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function bundle(contents: string, outfile: string) {
  const stdin = { contents, resolveDir: process.cwd() }
  buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', outfile })
}

function take(options?: LockOptions): Lock {
  const lock = lockDirectory(dir, options)
  locks.push(lock)
  return lock
}

function refusal(options?: LockOptions): DirectoryLockedError {
  try {
    take(options)
  } catch (error) {
    if (error instanceof DirectoryLockedError) return error
    throw error
  }
  throw new Error('The lock was taken over from a living server')
}

function startServer(execArgv: string[] = []): ChildProcess {
  const child = fork(serverFile, { execArgv })
  children.push(child)
  return child
}

async function ask(server: ChildProcess, question: object): Promise<Answer> {
  const answer = once(server, 'message')
  server.send(question)
  return (await answer)[0]
}

/** A server that holds `dir`. */
async function startHolder(options?: LockOptions): Promise<ChildProcess> {
  const server = startServer()
  expect(await ask(server, { dir, at: 0, options })).toEqual({ holder: server.pid })
  return server
}

async function killHard(server: ChildProcess) {
  server.kill('SIGKILL')
  await once(server, 'exit')
}

function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

function record(changes: object = {}): string {
  return JSON.stringify({ ...ownIdentity(), id: randomUUID(), time: new Date().toISOString(), ...changes })
}

function recordedPid(): unknown {
  return JSON.parse(readFileSync(lockFile, 'utf8')).pid
}

async function until(holds: () => boolean) {
  for (let round = 0; round < 1_000 && !holds(); round++) await sleep(10)
  expect(holds()).toBe(true)
}

describe('while the first server lives', () => {
  it('a second one is refused, and told which process and which directory', async () => {
    const server = await startHolder()
    const error = refusal()
    expect(error).toMatchObject({
      name: 'DirectoryLockedError',
      pid: server.pid,
      path: dir,
      retryInMs: undefined,
    })
    expect(error.message).toContain(`process ${server.pid}`)
    expect(error.message).toContain(dir)
    expect(recordedPid()).toBe(server.pid)
  })

  it('a second one in the same process is refused too', () => {
    take()
    expect(refusal().pid).toBe(process.pid)
  })

  it('a refused one leaves nothing behind', async () => {
    await startHolder()
    refusal()
    expect(readdirSync(dir)).toEqual(['.lock'])
  })

  it('the lock file says who holds it', () => {
    const time = 1_700_000_000_000
    take({ clock: () => time })
    const found = JSON.parse(readFileSync(lockFile, 'utf8'))
    expect(found).toMatchObject({ ...ownIdentity(), time: new Date(time).toISOString() })
    expect(readdirSync(dir)).toEqual(['.lock'])
  })

  it('holding the lock keeps no process from ending', () => {
    const script = `import { lockDirectory } from './storage/drivers/files/lock'; lockDirectory(${JSON.stringify(dir)})`
    const outfile = join(root, 'ends.mjs')
    bundle(script, outfile)
    expect(spawnSync(process.execPath, [outfile], { timeout: 20_000 }).status).toBe(0)
    expect(existsSync(lockFile)).toBe(true)
  })
})

describe('release', () => {
  it('lets the next server in', async () => {
    const server = await startHolder()
    server.send({})
    await once(server, 'exit')
    expect(readdirSync(dir)).toEqual([])
    take()
    expect(recordedPid()).toBe(process.pid)
  })

  it('a second time does not take the lock from the next holder', () => {
    const first = take()
    first.release()
    take()
    first.release()
    expect(refusal().pid).toBe(process.pid)
  })

  it("leaves a lock alone that is somebody else's by now", () => {
    const lock = take()
    const other = record({ pid: process.ppid })
    writeFileSync(lockFile, other)
    lock.release()
    expect(readFileSync(lockFile, 'utf8')).toBe(other)
  })

  it('is quiet when the directory is gone', () => {
    const lock = take()
    rmSync(dir, { recursive: true })
    lock.release()
  })
})

describe('after the first server died, the next one starts', () => {
  it('when it was killed', async () => {
    const server = await startHolder()
    await killHard(server)
    expect(recordedPid()).toBe(server.pid)
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(dir)).toEqual(['.lock'])
  })

  it('when its pid belongs to another process by now', async () => {
    const server = await startHolder()
    const found = JSON.parse(readFileSync(lockFile, 'utf8'))
    writeFileSync(lockFile, JSON.stringify({ ...found, startTime: '1' }))
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(server.exitCode).toBeNull()
  })

  it('when its pid is ours by now, as in a container, where it is always 1', () => {
    writeFileSync(lockFile, record({ startTime: '1' }))
    take()
  })

  it('when its pid is ours by now and nothing tells start times', () => {
    const self = { ...ownIdentity(), startTime: null }
    writeFileSync(lockFile, record(self))
    take({ self })
  })

  it('when it was killed and nothing tells start times', () => {
    const self = { ...ownIdentity(), startTime: null }
    writeFileSync(lockFile, record({ ...self, pid: deadPid() }))
    take({ self })
  })

  it.skipIf(process.platform === 'win32')('when its parent has not noticed yet (a zombie)', async () => {
    const script = `"$0" -e 'setInterval(() => {}, 1000)' & echo $!; exec sleep 60`
    const parent = spawn('sh', ['-c', script, process.execPath], { stdio: ['ignore', 'pipe', 'ignore'] })
    children.push(parent)
    const pid = Number(String((await once(parent.stdout, 'data'))[0]))
    const startTime =
      process.platform === 'linux' ? startTimeInProc(pid) : (readProcessWithPs(pid)?.startTime ?? 'not seen')
    writeFileSync(lockFile, record({ pid, startTime }))
    expect(refusal().pid).toBe(pid)
    process.kill(pid, 'SIGKILL')
    await until(() => readProcessWithPs(pid)?.zombie === true)
    take()
  })

  it.each([
    ['nothing', ''],
    ['half a record', record().slice(0, 40)],
    ['no JSON', '\u0000\ufffd\u0001'],
    ['no object', '[1]'],
    ['no process', record({ pid: 0 })],
    ['a group of processes', record({ pid: -1 })],
    ['a path for an id', record({ id: '../../tasks' })],
  ])('when the lock file holds %s', (_, text) => {
    writeFileSync(lockFile, text)
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(dir)).toEqual(['.lock'])
  })

  it('when another starter was killed while taking over', () => {
    const ids = [randomUUID(), randomUUID()]
    writeFileSync(lockFile, record({ pid: deadPid(), id: ids[0] }))
    writeFileSync(`${lockFile}.${ids[0]}.takeover`, record({ pid: deadPid(), id: ids[1] }))
    writeFileSync(`${lockFile}.${ids[1]}.takeover`, record({ pid: deadPid() }))
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(dir)).toEqual(['.lock'])
  })

  it('and what killed starters left is removed, once it is old', () => {
    const [old, young] = [`.lock.${randomUUID()}.new`, `.lock.${randomUUID()}.new`]
    for (const name of [old, young, 'notes.new']) writeFileSync(join(dir, name), '')
    utimesSync(join(dir, old), 1, 1)
    utimesSync(join(dir, 'notes.new'), 1, 1)
    take()
    expect(readdirSync(dir).sort()).toEqual(['.lock', young, 'notes.new'])
  })
})

describe('a holder that cannot be inspected', () => {
  const strangers: Array<[string, object]> = [
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['of another boot, or on another machine', { bootId: randomUUID() }],
  ]

  it.each(strangers)('%s is not robbed while its last heartbeat is recent', (_, changes) => {
    writeFileSync(lockFile, record({ ...changes, pid: 1 }))
    const error = refusal({ leaseMs: 3_600_000 })
    expect(error.pid).toBe(1)
    expect(error.retryInMs).toBeGreaterThan(0)
    expect(error.retryInMs).toBeLessThanOrEqual(3_600_000)
    expect(error.message).toContain('start again in')
  })

  it.each(strangers)('%s is dead once it has been silent for long', async (_, changes) => {
    writeFileSync(lockFile, record({ ...changes, pid: process.pid }))
    await sleep(20)
    take({ leaseMs: 10 })
    expect(recordedPid()).toBe(process.pid)
  })

  it('shows that it lives by touching its lock', async () => {
    const server = await startHolder({ self: elsewhere, heartbeatMs: 10 })
    const created = statSync(lockFile).ctimeMs
    await until(() => statSync(lockFile).ctimeMs > created + 50)
    await killHard(server)
    const last = statSync(lockFile).ctimeMs
    await sleep(50)
    expect(statSync(lockFile).ctimeMs).toBe(last)
  })
})

describe('a server that lost its lock is told', () => {
  it('when the file is gone', async () => {
    const onLost = vi.fn()
    take({ heartbeatMs: 5 }).onLost(onLost)
    rmSync(lockFile)
    await until(() => onLost.mock.calls.length > 0)
    expect(onLost).toHaveBeenCalledExactlyOnceWith(null)
    expect(existsSync(lockFile)).toBe(false)
  })

  it('when another server has it, and which; also if it asks later', async () => {
    const lock = take({ heartbeatMs: 5 })
    const onLost = vi.fn()
    lock.onLost(onLost)
    writeFileSync(`${lockFile}.other`, record({ ...elsewhere, pid: 77 }))
    // In one step, as a takeover does it: a half-written one would be reported as unreadable.
    renameSync(`${lockFile}.other`, lockFile)
    await until(() => onLost.mock.calls.length > 0)
    const later = vi.fn()
    lock.onLost(later)
    expect([...onLost.mock.calls, ...later.mock.calls]).toEqual([[77], [77]])
    lock.release()
    expect(recordedPid()).toBe(77)
  })

  it('but not when it gave the lock back itself', async () => {
    const onLost = vi.fn()
    const lock = take({ heartbeatMs: 1 })
    lock.onLost(onLost)
    await sleep(20)
    lock.release()
    await sleep(20)
    expect(onLost).not.toHaveBeenCalled()
  })
})

describe.each([
  ['', []],
  [' without hard links', ['--import', withoutLinksFile]],
])('of eight servers that start at once%s', (_, execArgv) => {
  const stale: Array<[string, () => void]> = [
    ['in an empty directory', () => rmSync(dir, { recursive: true })],
    ['beside the lock of a dead server', () => writeFileSync(lockFile, record({ pid: deadPid() }))],
    ['beside garbage', () => writeFileSync(lockFile, '{"pid":')],
    [
      'beside the lock of a dead server and a takeover that died',
      () => {
        const id = randomUUID()
        writeFileSync(lockFile, record({ pid: deadPid(), id }))
        writeFileSync(`${lockFile}.${id}.takeover`, record({ pid: deadPid() }))
      },
    ],
  ]

  it('exactly one gets the directory, and the others are told which', async () => {
    const servers = Array.from({ length: 8 }, () => startServer(execArgv))
    for (let round = 0; round < 6; round++) {
      for (const [situation, prepare] of stale) {
        dir = mkdtempSync(join(root, 'race-'))
        lockFile = join(dir, '.lock')
        prepare()
        const at = Date.now() + 30
        const answers = await Promise.all(servers.map((server) => ask(server, { dir, at })))
        const winners = answers.filter((answer) => !answer.refused).map((answer) => answer.holder)
        expect(winners, situation).toEqual([recordedPid()])
        expect(new Set(answers.map((answer) => answer.holder)), situation).toEqual(new Set(winners))
        expect(readdirSync(dir), situation).toEqual(['.lock'])
      }
    }
  })
})

describe('ps, where there is no /proc', () => {
  const works = spawnSync('ps', ['-o', 'lstart=', '-p', String(process.pid)]).status === 0

  it.skipIf(!works)('tells a living process from one that is gone (skipped: this ps has no lstart)', () => {
    const sighting = readProcessWithPs(process.pid)
    expect(sighting?.zombie).toBe(false)
    expect(Date.parse(sighting?.startTime ?? '')).toBeLessThanOrEqual(Date.now() + 1_000)
    expect(readProcessWithPs(deadPid())).toBeUndefined()
  })
})

function startTimeInProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
