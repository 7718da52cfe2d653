// With tmux, an agent has a terminal that a person can attach to, and everything else is as without.

import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimOf } from '../../local-dev/runner/claim'
import { parseTrusted } from '../../schemas/json-text'
import { commandingWorker, createFixture, type Fixture, waitUntil } from './fixture'

// Where it is not installed there is nothing to test.
const isThere = spawnSync('tmux', ['-V']).status === 0

/** As services, Nix and corporate shells have it: more names than tmux takes, and values of every kind. */
const large = {
  ...Object.fromEntries(
    Array.from({ length: 1200 }, (_, i) => [`SERVICE_WITH_A_LONG_NAME_PORT_${i}_TCP`, '']),
  ),
  CERTIFICATE: `-----BEGIN 'IT'-----\n$(touch expanded) "\\" \`x\`\n${'é'.repeat(10_000)}\n`,
}

describe.skipIf(!isThere)('a session in tmux', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await createFixture()
    await fixture.run(['--agent', commandingWorker], { ...large, SECRET_OF_ADA: 'xyzzy-plugh' }, 'tmux')
  })
  afterAll(() => fixture.stop())

  it('has a terminal, its output in the log, and its environment from nobody’s command line', async () => {
    const [task] = await fixture.tasks('wait')
    const id = await fixture.spawn([task?.id ?? ''])
    await fixture.working(task?.id)
    const env = { ...process.env, ...fixture.environment }
    const screen = execFileSync('tmux', ['-L', 'maestro', 'capture-pane', '-p', '-t', `=${id}:`], {
      env,
      encoding: 'utf8',
    })
    expect(screen).toContain('1 tasks, strategy simple')
    expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain('xyzzy-plugh')
    const { pid } = parseTrusted<{ pid: number }>(fixture.sessionFile(id, 'process.json'))
    if (process.platform === 'linux') {
      const found = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      const expected = Object.entries({ ...large, SECRET_OF_ADA: 'xyzzy-plugh' })
      expect(expected.filter(([name, value]) => !found.includes(`${name}=${value}`))).toEqual([])
      expect(found.some((line) => line.startsWith('TMUX='))).toBe(true)
    }
    const session = readdirSync(join(fixture.server.sessionDir, id))
    expect(session.filter((name) => name.startsWith('.environment'))).toEqual([])
    expect(await fixture.maestro.run(['session', 'attach', id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`maestro session watch ${id}`),
    })
    fixture.releaseTasks()
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    await waitUntil('all is in the log', () => fixture.sessionFile(id, 'output.log').includes('Ended'))
    expect(fixture.sessionFile(id, 'output.log')).toMatch(
      /^node starts in .*\r\n1 tasks, strategy simple\r\nthrough\r\nEnded /,
    )
    const attached = await fixture.maestro.run(['session', 'attach', id])
    expect(attached).toMatchObject({ code: 1, stderr: expect.stringContaining('is closed') })
  })

  it('is no terminal for an agent that speaks ACP', async () => {
    await fixture.clear()
    const program = join(import.meta.dirname, '../agents/scripted-agent.mjs')
    const scenario = join(fixture.server.root, 'scenario.json')
    writeFileSync(scenario, JSON.stringify({ turns: [[{ run: "maestro report complete 'Done'" }]] }))
    const runner = await fixture.run(
      ['--agent-acp', `${process.execPath} ${program} ${scenario}`],
      {},
      'tmux',
    )
    const [task] = await fixture.tasks('one')
    const id = await fixture.spawn([task?.id ?? ''])
    const session = await fixture.ended(id)
    expect(session).toMatchObject({ status: 'completed', drive: 'acp' })
    expect(claimOf(session)?.tmux).toBeUndefined()
    expect(runner.output()).not.toContain('in tmux')
    expect(fixture.sessionFile(id, 'output.log')).not.toContain('\r')
  })
})
