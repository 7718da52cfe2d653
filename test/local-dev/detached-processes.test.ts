// What has left an agent's process group goes on after its session; or the agent is told to end twice, and does not tidy up.
import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { signalGroup } from '../../local-dev/acp/process-group'
import { canFindDetached, detachedProcesses, endedInWords } from '../../local-dev/runner/process/detached'
import { terminateSession } from '../../local-dev/runner/process/group'
import { identityOf } from '../../storage/drivers/files/process-identity'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** A process that leads a group of its own. */
const start = async (env: Record<string, string>) => {
  const child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, ...env }, detached: true })
  started.push(child)
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  )
  await new Promise((resolve) => child.once('spawn', resolve))
  return { pid: child.pid ?? 0, exited }
}

describe.runIf(canFindDetached)('what runs for a session', () => {
  const id = `sess_${process.pid}_own`

  it('is found by its environment, without its group, and without what only looks like it', async () => {
    const leader = await start({ MAESTRO_SESSION_ID: id })
    const left = await start({ MAESTRO_SESSION_ID: id, OTHER: '1' })
    await start({ MAESTRO_SESSION_ID: `${id}2` })
    await start({ OTHER: `x MAESTRO_SESSION_ID=${id}`, NOT_MAESTRO_SESSION_ID: id })
    expect(await detachedProcesses(id, leader.pid)).toEqual([left.pid])
    expect((await detachedProcesses(id, undefined)).sort()).toEqual([leader.pid, left.pid].sort())
  })

  it('ends with it, and nothing else does', async () => {
    const leader = await start({ MAESTRO_SESSION_ID: id })
    const left = await start({ MAESTRO_SESSION_ID: id })
    const other = await start({ MAESTRO_SESSION_ID: 'sess_other' })
    expect(await terminateSession({ id, leader: identityOf(leader.pid) })).toEqual([])
    expect([await leader.exited, await left.exited]).toEqual(['SIGTERM', 'SIGTERM'])
    expect(process.kill(other.pid, 0)).toBe(true)
  })

  it('ends no process that has got the number of one of it', async () => {
    const other = await start({})
    const { pid } = other
    const now = identityOf(pid)
    const leaders = [
      { pid },
      { ...now, startTime: '1' },
      { ...now, startTime: null },
      { ...now, bootId: 'other' },
    ]
    for (const leader of leaders) expect(await terminateSession({ id, leader })).toEqual([])
    expect(process.kill(pid, 0)).toBe(true)
    expect(await terminateSession({ id, leader: now })).toEqual([])
    expect(await other.exited).toBe('SIGTERM')
  })
})

it('a group that is everybody, or our own, is signalled by no mistake', () => {
  for (const pid of [0, 1, -1, Number.NaN, 1.5]) expect(signalGroup(pid, 0)).toBe(false)
})

it('is not said to be ended where it cannot be found', () => {
  expect(endedInWords(false)).toBe('its process group (what has left that goes on)')
  expect(endedInWords(true)).toBe('its processes')
})
