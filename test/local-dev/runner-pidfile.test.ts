// Whatever goes wrong between runners, the process of a session is started once.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { launch } from '../../local-dev/runner/launch'
import { alreadyStarted, isAlive, readPidfile } from '../../local-dev/runner/pidfile'
import { confirmStarted, waitForExit } from '../../local-dev/runner/process-handle'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-pidfile-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const start = (command: string) =>
  launch(
    {
      id: 'sess_1',
      command,
      cwd: folder,
      env: process.env,
      folder: join(folder, 'session'),
      pidfile: pidfile(),
    },
    'none',
  )
const pidfile = () => join(folder, 'session', 'process.json')

describe('a session that several start at once', () => {
  it('has one process, and all of them see how it ends', async () => {
    const command = 'echo once >> count; exec sleep 60'
    const started = await Promise.all([start(command), start(command), start(command)])
    const pids = await Promise.all(started.map((one) => confirmStarted(pidfile(), one)))
    expect(new Set(pids).size).toBe(1)
    const made = await readPidfile(pidfile())
    expect(made && isAlive(made)).toBe(true)
    const exits = Promise.all(started.map((one) => waitForExit(pidfile(), one.exit)))
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('once\n')
    process.kill(-(pids[0] ?? 0), 'SIGTERM')
    const codes = (await exits).map(({ code, signal }) => signal ?? code)
    expect(codes.sort()).toEqual(['SIGTERM', null, null])
  })

  it('says of those that come second that it was already started', async () => {
    await (await start('exit 0')).exit
    expect(await (await start('touch twice')).exit).toEqual({ code: alreadyStarted, signal: null })
  })
})
