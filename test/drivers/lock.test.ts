/** Two servers on one data directory overwrite each other's work: one holds its lock, and the other is refused. */

import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { ownIdentity } from '../../storage/drivers/files/process-identity'
import {
  bundle,
  data,
  killHard,
  record,
  recordedPid,
  refusal,
  root,
  startHolder,
  take,
  until,
} from './lock-servers'

const elsewhere = { ...ownIdentity(), pidNamespace: 'pid:[1]' }

describe('while the first server lives', () => {
  it('a second one is refused, and told which process and which directory', async () => {
    const server = await startHolder()
    const error = refusal()
    expect(error).toMatchObject({
      name: 'DirectoryLockedError',
      pid: server.pid,
      path: data.dir,
      retryInMs: undefined,
    })
    expect(error.message).toContain(`process ${server.pid}`)
    expect(error.message).toContain(data.dir)
    expect(recordedPid()).toBe(server.pid)
  })

  it('a second one in the same process is refused too', () => {
    take()
    expect(refusal().pid).toBe(process.pid)
  })

  it('a refused one leaves nothing behind', async () => {
    await startHolder()
    refusal()
    expect(readdirSync(data.dir)).toEqual(['.lock'])
  })

  it('the lock file says who holds it', () => {
    const time = 1_700_000_000_000
    take({ clock: () => time })
    const found = JSON.parse(readFileSync(data.lockFile, 'utf8'))
    expect(found).toMatchObject({ ...ownIdentity(), time: new Date(time).toISOString() })
    expect(readdirSync(data.dir)).toEqual(['.lock'])
  })

  it('holding the lock keeps no process from ending', () => {
    const script = `import { lockDirectory } from './storage/drivers/files/lock'; lockDirectory(${JSON.stringify(data.dir)})`
    const outfile = join(root, 'ends.mjs')
    bundle(script, outfile)
    expect(spawnSync(process.execPath, [outfile], { timeout: 20_000 }).status).toBe(0)
    expect(existsSync(data.lockFile)).toBe(true)
  })
})

describe('release', () => {
  it('lets the next server in', async () => {
    const server = await startHolder()
    server.send({})
    await once(server, 'exit')
    expect(readdirSync(data.dir)).toEqual([])
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
    writeFileSync(data.lockFile, other)
    lock.release()
    expect(readFileSync(data.lockFile, 'utf8')).toBe(other)
  })

  it('is quiet when the directory is gone', () => {
    const lock = take()
    rmSync(data.dir, { recursive: true })
    lock.release()
  })
})

describe('a holder that cannot be inspected', () => {
  const strangers: Array<[string, object]> = [
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['of another boot, or on another machine', { bootId: randomUUID() }],
  ]

  it.each(strangers)('%s is not robbed while its last heartbeat is recent', (_, changes) => {
    writeFileSync(data.lockFile, record({ ...changes, pid: 1 }))
    const error = refusal({ leaseMs: 3_600_000 })
    expect(error.pid).toBe(1)
    expect(error.retryInMs).toBeGreaterThan(0)
    expect(error.retryInMs).toBeLessThanOrEqual(3_600_000)
    expect(error.message).toContain('start again in')
  })

  it.each(strangers)('%s is dead once it has been silent for long', async (_, changes) => {
    writeFileSync(data.lockFile, record({ ...changes, pid: process.pid }))
    await sleep(20)
    take({ leaseMs: 10 })
    expect(recordedPid()).toBe(process.pid)
  })

  it('shows that it lives by touching its lock', async () => {
    const server = await startHolder({ self: elsewhere, heartbeatMs: 10 })
    const created = statSync(data.lockFile).ctimeMs
    await until(() => statSync(data.lockFile).ctimeMs > created + 50)
    await killHard(server)
    const last = statSync(data.lockFile).ctimeMs
    await sleep(50)
    expect(statSync(data.lockFile).ctimeMs).toBe(last)
  })
})

describe('a server that lost its lock is told', () => {
  it('when the file holds nothing any more', async () => {
    const onLost = vi.fn()
    take({ heartbeatMs: 5 }).onLost(onLost)
    writeFileSync(data.lockFile, '')
    await until(() => onLost.mock.calls.length > 0)
    expect(onLost).toHaveBeenCalledExactlyOnceWith(null)
  })

  it('but not when the file is away: it has it again when that is back', async () => {
    const onLost = vi.fn()
    const lock = take({ heartbeatMs: 1 })
    lock.onLost(onLost)
    renameSync(data.lockFile, `${data.lockFile}.away`)
    await sleep(20)
    expect(() => lock.assertHeld()).toThrow(/\.lock of .* is gone/)
    expect(existsSync(data.lockFile)).toBe(false)
    renameSync(`${data.lockFile}.away`, data.lockFile)
    const back = statSync(data.lockFile).ctimeMs
    await until(() => statSync(data.lockFile).ctimeMs > back)
    lock.assertHeld()
    expect(onLost).not.toHaveBeenCalled()
  })

  it('when another server has it, and which; also if it asks later', async () => {
    const lock = take({ heartbeatMs: 5 })
    const onLost = vi.fn()
    lock.onLost(onLost)
    writeFileSync(`${data.lockFile}.other`, record({ ...elsewhere, pid: 77 }))
    // In one step, as a takeover does it: a half-written one would be reported as unreadable.
    renameSync(`${data.lockFile}.other`, data.lockFile)
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
