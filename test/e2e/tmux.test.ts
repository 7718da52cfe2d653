// With tmux, an agent has a terminal that a person can attach to, and everything else is as without.

import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { createFixture, type Fixture, waitUntil, worker } from './fixture'

// Where it is not installed there is nothing to test.
const isThere = spawnSync('tmux', ['-V']).status === 0

describe.skipIf(!isThere)('a session in tmux', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await createFixture()
    await fixture.run(['--agent', worker], { SECRET_OF_ADA: 'xyzzy-plugh' }, 'tmux')
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
    if (process.platform === 'linux')
      expect(execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' })).toContain(
        'SECRET_OF_ADA=xyzzy-plugh',
      )
    fixture.releaseTasks()
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    await waitUntil('all is in the log', () => fixture.sessionFile(id, 'output.log').includes('Ended'))
    expect(fixture.sessionFile(id, 'output.log')).toMatch(
      /^node starts in .*\r\n1 tasks, strategy simple\r\nthrough\r\nEnded /,
    )
    const attached = await fixture.maestro.run(['session', 'attach', id])
    expect(attached).toMatchObject({ code: 1, stderr: expect.stringContaining('is closed') })
  })
})
