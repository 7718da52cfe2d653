// What cannot be started says why, on one line, and its session does not wait for ever.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { presetNames } from '../../local-dev/agents/presets'
import { parseTrusted } from '../../schemas/json-text'
import type { SessionManifest } from '../../schemas/manifest'
import { createFixture, type Fixture } from './fixture'

let fixture: Fixture
let id: string
beforeAll(async () => {
  fixture = await createFixture()
})
beforeEach(async () => {
  const [task] = await fixture.tasks('one')
  id = await fixture.spawn([task?.id ?? ''])
})
afterAll(() => fixture.stop())

const manifestPath = () => join(fixture.server.sessionDir, id, 'manifest.json')

const init = async (env: Record<string, string> = {}, command = ['worker', 'init', '--agent', 'demo']) => {
  const { env: envVars } = await fixture.client.sessions.get(id)
  return fixture.maestro.run(command, { env: { ...envVars, ...env } })
}

/** One line, the exit code, and a session that has failed and says the same. */
const expectFailure = async (ended: Awaited<ReturnType<typeof init>>, code: number, words: string) => {
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(ended.stderr).toMatch(/^maestro (worker|orchestrator) init: [^\n]*\n$/)
  expect(ended.stderr).toContain(words)
  const { status, timeline } = await fixture.client.sessions.get(id)
  expect(status).toBe('failed')
  expect(timeline.at(-1)).toMatchObject({ type: 'error', message: expect.stringContaining(words) })
}

describe('worker init', () => {
  it('without a manifest', async () => {
    await expectFailure(
      await init({ MAESTRO_MANIFEST_PATH: '/nowhere.json' }),
      2,
      'no manifest at /nowhere.json',
    )
  })

  it('with a damaged manifest', async () => {
    writeFileSync(manifestPath(), '{"manifestVersion":')
    await expectFailure(await init(), 1, 'is damaged')
  })

  it('with a manifest that says too little', async () => {
    writeFileSync(manifestPath(), '{"manifestVersion":"1.0","role":"worker"}')
    await expectFailure(await init(), 1, 'is not valid: session')
  })

  it('with the manifest of another role', async () => {
    const ended = await init({}, ['orchestrator', 'init', '--agent', 'demo'])
    await expectFailure(ended, 64, 'run "maestro worker init" instead')
  })

  it('with an agent that is not there', async () => {
    await expectFailure(await init({}, ['worker', 'init', '--agent', 'claude']), 1, 'claude is not on PATH')
    const again = await init({ PATH: '/nowhere' }, ['worker', 'init'])
    await expectFailure(again, 1, `No agent is on PATH (${presetNames.join(', ')})`)
  })

  it('with an agent that is told nothing', async () => {
    await expectFailure(
      await init({}, ['worker', 'init', '--agent', 'sh -c true']),
      64,
      'needs {prompt} or {promptFile}',
    )
  })

  it("with a project's directory that does not exist", async () => {
    const manifest = parseTrusted<SessionManifest>(readFileSync(manifestPath(), 'utf8'))
    manifest.session.workingDirectory = '/nowhere/at/all'
    writeFileSync(manifestPath(), JSON.stringify(manifest))
    await expectFailure(await init(), 1, '/nowhere/at/all does not exist')
  })

  it('for a session that was stopped before, which stays so', async () => {
    await fixture.client.sessions.update(id, { status: 'stopped' })
    expect(await init()).toMatchObject({ code: 1, stderr: expect.stringContaining('is stopped already') })
    expect((await fixture.client.sessions.get(id)).status).toBe('stopped')
  })

  it('outside of a session, for one that is unknown, and with a server that is dead', async () => {
    expect(await fixture.maestro.run(['worker', 'init'])).toMatchObject({ code: 64 })
    expect(await init({ MAESTRO_SESSION_ID: 'sess_nobody' })).toMatchObject({ code: 2 })
    expect(await init({ MAESTRO_SERVER_URL: 'http://127.0.0.1:1' })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^maestro worker init: Cannot reach [^\n]*\n$/),
    })
  })
})

describe('run', () => {
  it('tells of a directory that does not exist, and goes on', async () => {
    const gone = await fixture.client.projects.create({ name: 'gone', workingDir: '/nowhere/at/all' })
    const task = await fixture.client.tasks.create({ projectId: gone.id, title: 'one' })
    const { sessionId } = await fixture.client.sessions.spawn({ projectId: gone.id, taskIds: [task.id] })
    await fixture.run(['--agent', 'demo'])
    const session = await fixture.ended(sessionId)
    expect(session.status).toBe('failed')
    expect(session.timeline.at(-1)?.message).toContain('/nowhere/at/all does not exist')
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  })

  it('does not begin with an agent that is not there, or a server that is dead', async () => {
    const { run } = fixture.here
    expect(await run(['run', '--agent', 'codex'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('codex'),
    })
    expect(await run(['run', '--agent', './agent.sh --quick'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('needs {prompt} or {promptFile}'),
    })
    expect(await run(['run', '--agent', 'demo', '--max', '0'])).toMatchObject({ code: 64 })
    const env = { MAESTRO_SERVER_URL: 'http://127.0.0.1:1' }
    expect(await run(['run', '--agent', 'demo'], { env })).toMatchObject({ code: 3 })
  })
})

describe('session attach and session watch', () => {
  it('say what there is to look at', async () => {
    const { run } = fixture.here
    const byHand = await fixture.client.sessions.create({ projectId: fixture.project.id, taskIds: [] })
    expect(await run(['session', 'attach', byHand.id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No "maestro run"'),
    })
    for (const command of ['attach', 'watch'])
      expect(await run(['session', command, 'sess_nobody'])).toMatchObject({ code: 2 })
  })
})
