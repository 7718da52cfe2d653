// However a session's process is started, and whichever runner looks after it: it runs once, its end is seen, and nothing of it stays.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canFindDetached } from '../../local-dev/runner/process/detached'
import { pidfilePath, readPidfile, readRestarts } from '../../local-dev/runner/process/pidfile'
import {
  adoptProcess,
  type SessionProcess,
  startProcess,
} from '../../local-dev/runner/process/session-process'
import type { Exit } from '../../local-dev/runner/process/start-options'

const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** `seen`: how the end of a process is seen by who has started it; nobody else sees more than that it is gone. */
const kinds = [
  { kind: 'a child', terminal: 'none', isHere: true, seen: (exit: Exit) => exit },
  {
    kind: 'a terminal of tmux',
    terminal: 'tmux',
    isHere: hasTmux,
    seen: () => ({ code: null, signal: null }),
  },
] as const

/** One tmux server for all, which a terminal of its own keeps there: it would end with the last one of ours. */
const ofTmux = mkdtempSync(join(tmpdir(), 'maestro-tmux-'))
const tmux = (...args: string[]) =>
  spawnSync('tmux', ['-L', 'maestro', ...args], { env: { ...process.env, TMUX_TMPDIR: ofTmux } })
beforeAll(() => void tmux('new-session', '-d', '-s', 'keep', 'sleep', '600'))
afterAll(() => {
  tmux('kill-server')
  rmSync(ofTmux, { recursive: true })
})

let folder: string
let started: SessionProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-process-'))
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((process) => process.stop()))
  rmSync(folder, { recursive: true })
})

const file = (name: string) => readFileSync(join(folder, name), 'utf8')
const until = async (what: string, holds: () => boolean) => {
  for (let i = 0; i < 1000; i++, await sleep(20)) if (holds()) return
  throw new Error(`in vain: ${what}`)
}
const isWritten = (name: string) => existsSync(join(folder, name)) && file(name).endsWith('\n')
const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

for (const { kind, terminal, isHere, seen } of kinds)
  describe.skipIf(!isHere)(kind, () => {
    const sessionFolder = () => join(folder, 'session')
    const id = `sess_${process.pid}_${terminal}`
    const session = { run: 1, startedAt: 1 }
    const pidfile = (restart = 0) => pidfilePath(sessionFolder(), session, restart)
    const start = async (command: string, restart = 0) => {
      const env = { ...process.env, TMUX_TMPDIR: ofTmux, MAESTRO_SESSION_ID: id, MAESTRO_SESSION_RUN: '1' }
      const made = await startProcess(
        { id, run: 1, command, cwd: folder, env, folder: sessionFolder(), pidfile: pidfile(restart) },
        terminal,
      )
      started.push(made)
      return made
    }
    const adopt = (restart = 0) => adoptProcess({ id, run: 1, pidfile: pidfile(restart) })

    it('runs in its directory, with its environment, and leads a group', async () => {
      const made = await start(
        'pwd > where; echo $MAESTRO_SESSION_ID >> where; ps -o pgid= -p $$ >> where; exec sleep 60',
      )
      await until('it runs', () => isWritten('where') && file('where').split('\n').length === 4)
      expect(file('where').split(/\s+/)).toEqual([expect.stringContaining(folder), id, `${made.pid}`, ''])
    })

    it('has what it prints in its log, to the end', async () => {
      await (await start('echo printed')).wait()
      const log = join(sessionFolder(), 'output.log')
      await until('it is printed', () => readFileSync(log, 'utf8').includes('printed'))
    })

    it('runs once, though several start it at once, and all of them see its end', async () => {
      const command = 'echo once >> count; exec sleep 60'
      const made = await Promise.all([start(command), start(command), start(command)])
      expect(new Set(made.map(({ pid }) => pid)).size).toBe(1)
      const all = [...made, await adopt()]
      const exits = Promise.all(all.map((one) => one?.wait()))
      await until('it runs', () => isWritten('count'))
      expect(file('count')).toBe('once\n')
      process.kill(-(made[0]?.pid ?? 0), 'SIGTERM')
      const signals = (await exits).map((exit) => exit?.signal)
      expect(signals.filter((signal) => signal === 'SIGTERM')).toHaveLength(
        seen({ code: null, signal: 'SIGTERM' }).signal === null ? 0 : 1,
      )
    })

    it('tells how it has ended, and is not started by who comes later', async () => {
      expect(await (await start('exit 3')).wait()).toEqual(seen({ code: 3, signal: null }))
      const later = await start('touch twice')
      expect(await later.wait()).toEqual({ code: null, signal: null })
      expect(existsSync(join(folder, 'twice'))).toBe(false)
    })

    it('is known to who comes later, alive and when it has ended', async () => {
      expect(await adopt()).toBeUndefined()
      const made = await start('exec sleep 60')
      const adopted = await adopt()
      expect(adopted?.pid).toBe(made.pid)
      await adopted?.stop()
      expect(await adopted?.wait()).toEqual({ code: null, signal: null })
      await made.wait()
      expect((await adopt())?.pid).toBeUndefined()
    })

    it('is known as itself, though its starter died before it could say more than its number', async () => {
      const made = await start('exec sleep 60')
      const whole = await readPidfile(pidfile())
      writeFileSync(pidfile(), JSON.stringify({ pid: made.pid }))
      expect((await adopt())?.pid).toBe(made.pid)
      expect(await readPidfile(pidfile())).toEqual(whole)
    })

    it.runIf(canFindDetached)('is not taken for another that has got its number since', async () => {
      await (await start('true')).wait()
      const other = spawn('sleep', ['60'], { detached: true })
      await new Promise((resolve) => other.once('spawn', resolve))
      writeFileSync(pidfile(), JSON.stringify({ pid: other.pid }))
      utimesSync(pidfile(), 1, 1)
      const adopted = await adopt()
      expect(adopted?.pid).toBeUndefined()
      expect(await adopted?.wait()).toEqual({ code: null, signal: null })
      expect(await adopted?.stop()).toEqual([])
      expect(isThere(other.pid ?? 0)).toBe(true)
      other.kill('SIGKILL')
    })

    it('is started again in place of one that has ended, once each time, and it is known how often', async () => {
      await (await start('exit 1')).wait()
      expect(await readRestarts(sessionFolder(), session)).toEqual([])
      const again = await start('exec sleep 60', 1)
      expect(await readRestarts(sessionFolder(), session)).toHaveLength(1)
      expect((await start('touch twice', 1)).pid).toBe(again.pid)
      expect((await adopt(1))?.pid).toBe(again.pid)
      expect(existsSync(join(folder, 'twice'))).toBe(false)
    })

    it('ends with its group, also where its own process is gone already', async () => {
      const child = `sh -c 'trap "" HUP; echo $$ > child; while :; do sleep 0.2; done'`
      const made = await start(`${child} & sleep 60`)
      await until('its child runs', () => isWritten('child'))
      process.kill(made.pid ?? 0, 'SIGKILL')
      await made.wait()
      const adopted = await adopt()
      expect(await adopted?.stop()).toEqual([])
      await until('its child has ended', () => !isThere(Number(file('child'))))
    })

    it.runIf(canFindDetached)('ends with what has left its group', async () => {
      const made = await start(`setsid sh -c 'echo $$ > left; exec sleep 60' & sleep 60`)
      await until('it has left', () => isWritten('left'))
      expect(await made.stop()).toEqual([])
      expect(isThere(Number(file('left')))).toBe(false)
    })
  })

it('cannot be started in a directory that is not there', async () => {
  const options = { id: 'sess_1', run: 1, command: 'true', env: process.env, folder: join(folder, 'session') }
  await expect(
    startProcess({ ...options, cwd: join(folder, 'gone'), pidfile: join(folder, 'process.json') }, 'none'),
  ).rejects.toThrow(/gone does not exist/)
})
