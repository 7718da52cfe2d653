/** A server that died must not keep the next from starting; of several that start at once, one gets the directory. */

import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { ownIdentity, readProcessWithPs } from '../../storage/drivers/files/process-identity'
import {
  ask,
  children,
  data,
  deadPid,
  freshDirectory,
  killHard,
  record,
  recordedPid,
  refusal,
  startHolder,
  startServer,
  take,
  until,
  withoutLinksFile,
} from './lock-servers'

describe('after the first server died, the next one starts', () => {
  it('when it was killed', async () => {
    const server = await startHolder()
    await killHard(server)
    expect(recordedPid()).toBe(server.pid)
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(data.dir)).toEqual(['.lock'])
  })

  it('when its pid belongs to another process by now', async () => {
    const server = await startHolder()
    const found = parseTrusted<object>(readFileSync(data.lockFile, 'utf8'))
    writeFileSync(data.lockFile, JSON.stringify({ ...found, startTime: '1' }))
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(server.exitCode).toBeNull()
  })

  it('when its pid is ours by now, as in a container, where it is always 1', () => {
    writeFileSync(data.lockFile, record({ startTime: '1' }))
    take()
  })

  it('when its pid is ours by now and nothing tells start times', () => {
    const self = { ...ownIdentity(), startTime: null }
    writeFileSync(data.lockFile, record(self))
    take({ self })
  })

  it('when it was killed and nothing tells start times', () => {
    const self = { ...ownIdentity(), startTime: null }
    writeFileSync(data.lockFile, record({ ...self, pid: deadPid() }))
    take({ self })
  })

  it.skipIf(process.platform === 'win32')('when its parent has not noticed yet (a zombie)', async () => {
    // The child tells its pid itself: by then the shell has become `sleep`, which waits for no child.
    const script = `"$0" -e 'console.log(process.pid); setInterval(() => {}, 1000)' & exec sleep 60`
    const parent = spawn('sh', ['-c', script, process.execPath], { stdio: ['ignore', 'pipe', 'ignore'] })
    children.push(parent)
    const pid = Number(String((await once(parent.stdout, 'data'))[0]))
    const startTime =
      process.platform === 'linux' ? startTimeInProc(pid) : (readProcessWithPs(pid)?.startTime ?? 'not seen')
    writeFileSync(data.lockFile, record({ pid, startTime }))
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
    writeFileSync(data.lockFile, text)
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(data.dir)).toEqual(['.lock'])
  })

  it('when another starter was killed while taking over', () => {
    const ids = [randomUUID(), randomUUID()]
    writeFileSync(data.lockFile, record({ pid: deadPid(), id: ids[0] }))
    writeFileSync(`${data.lockFile}.${ids[0]}.takeover`, record({ pid: deadPid(), id: ids[1] }))
    writeFileSync(`${data.lockFile}.${ids[1]}.takeover`, record({ pid: deadPid() }))
    take()
    expect(recordedPid()).toBe(process.pid)
    expect(readdirSync(data.dir)).toEqual(['.lock'])
  })

  it('and what killed starters left is removed, once it is old', () => {
    const [old, young] = [`.lock.${randomUUID()}.new`, `.lock.${randomUUID()}.new`]
    for (const name of [old, young, 'notes.new']) writeFileSync(join(data.dir, name), '')
    utimesSync(join(data.dir, old), 1, 1)
    utimesSync(join(data.dir, 'notes.new'), 1, 1)
    take()
    expect(readdirSync(data.dir).sort()).toEqual(['.lock', young, 'notes.new'])
  })
})

describe.each([
  ['', []],
  [' without hard links', ['--import', withoutLinksFile]],
])('of eight servers that start at once%s', (_, execArgv) => {
  const stale: Array<[string, () => void]> = [
    ['in an empty directory', () => rmSync(data.dir, { recursive: true })],
    ['beside the lock of a dead server', () => writeFileSync(data.lockFile, record({ pid: deadPid() }))],
    ['beside garbage', () => writeFileSync(data.lockFile, '{"pid":')],
    [
      'beside the lock of a dead server and a takeover that died',
      () => {
        const id = randomUUID()
        writeFileSync(data.lockFile, record({ pid: deadPid(), id }))
        writeFileSync(`${data.lockFile}.${id}.takeover`, record({ pid: deadPid() }))
      },
    ],
  ]

  it('exactly one gets the directory, and the others are told which', async () => {
    const servers = Array.from({ length: 8 }, () => startServer(execArgv))
    for (let round = 0; round < 6; round++) {
      for (const [situation, prepare] of stale) {
        freshDirectory()
        prepare()
        const at = Date.now() + 30
        const answers = await Promise.all(servers.map((server) => ask(server, { dir: data.dir, at })))
        const winners = answers.filter((answer) => !answer.refused).map((answer) => answer.holder)
        expect(winners, situation).toEqual([recordedPid()])
        expect(new Set(answers.map((answer) => answer.holder)), situation).toEqual(new Set(winners))
        expect(readdirSync(data.dir), situation).toEqual(['.lock'])
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

const startTimeInProc = (pid: number): string | undefined => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
