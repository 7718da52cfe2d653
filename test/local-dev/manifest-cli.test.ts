// A CLI that hangs, in this process: the server's limit of 30 s is too long to wait for.

import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, type TestContext, vi } from 'vitest'
import { createApp } from '../../functions/app'
import { createReference } from '../../functions/openapi/reference'
import { createRooms } from '../../functions/realtime/rooms'
import type { AppServices } from '../../functions/services/app-services'
import { openHeartbeats } from '../../functions/services/heartbeats'
import { createRunners } from '../../functions/services/runners'
import { localSessionTokens } from '../../functions/services/session-tokens'
import { createStopwatch } from '../../functions/services/stopwatch'
import { cliManifests } from '../../local-dev/manifests/manifest-cli'
import { fileManifests } from '../../local-dev/manifests/manifests'
import { openSpawnNotes } from '../../local-dev/manifests/spawn-notes'
import { folderSkills } from '../../local-dev/skills/skills'
import { parseTrusted } from '../../schemas/json-text'
import { filesDriver } from '../../storage/drivers/files/driver'
import { createIds } from '../../storage/ids'
import { openWorkspace } from '../../storage/workspace'

const makeFolder = ({ onTestFinished }: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A host that makes manifests with a CLI, here a shell script, which may take `timeoutMs`. */
const openHost = async (context: TestContext, script: string, timeoutMs: number) => {
  const root = makeFolder(context)
  const [dataDir, sessionDir, cli] = [join(root, 'data'), join(root, 'sessions'), join(root, 'maestro')]
  writeFileSync(cli, `#!/bin/sh\n${script}\n`)
  chmodSync(cli, 0o755)
  const clock = Date.now
  const newId = createIds()
  const nothing = () => {}
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }
  const driver = filesDriver({ directory: dataDir, durability: 'process', logger: log, clock })
  const workspace = await openWorkspace({ driver, clock, newId, logger: log })
  context.onTestFinished(() => workspace.close())
  const events: string[] = []
  workspace.subscribe(({ name }) => events.push(name))
  const manifests = fileManifests({
    directory: sessionDir,
    strict: false,
    notes: openSpawnNotes(join(root, '.spawning'), sessionDir),
  })
  const serverUrl = 'http://localhost:3000'
  const host: AppServices = {
    workspace,
    rooms: createRooms(),
    log,
    access: {
      check: () => undefined,
      isOwnPage: () => true,
      admit: () => ({}),
      corsHeaders: () => ({}),
      preflightHeaders: () => ({}),
    },
    sessionTokens: await localSessionTokens(),
    config: { serverUrl, maxBodyBytes: 1_000_000, maxChildren: 8, nodeEnv: 'test' },
    manifests,
    reference: createReference('0', serverUrl),
    runners: createRunners(clock),
    heartbeats: await openHeartbeats({ workspace, now: clock, log }),
    skills: folderSkills(join(root, 'skills'), log, clock),
    generateManifest: cliManifests({
      config: { maestroCliPath: cli, dataDir, sessionDir, serverUrl, apiToken: undefined },
      location: manifests.location,
      flush: workspace.flush,
      builtIn: () => Promise.reject(new Error('the built-in generator was used')),
      log,
      timeoutMs,
    }),
    machine: { hostname: 'here', platform: 'test' },
    defaultWorkingDir: '/',
    version: '0',
    clock,
    newId,
    uptimeMs: createStopwatch(),
  }
  const app = createApp()
  const post = async (path: string, body: object) => {
    const answer = await app.request(path, { method: 'POST', body: JSON.stringify(body) }, host)
    return { status: answer.status, body: parseTrusted<{ id: string; message: string }>(await answer.text()) }
  }
  const project = (await post('/api/projects', { name: 'app' })).body
  const task = (await post('/api/tasks', { projectId: project.id, title: 'a task' })).body
  const spawn = () => post('/api/sessions/spawn', { projectId: project.id, taskIds: [task.id] })
  return { root, sessionDir, events, spawn }
}

/** A dead process that nobody has asked for yet counts as gone. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const stubborn = `trap '' TERM; sleep 600 & echo $! >> "$0.pid"; wait; sleep 600`

describe.concurrent('a CLI', () => {
  it.for([
    ['ends when it is asked to', 'exec sleep 600'],
    ['does not listen', stubborn],
    ['has started something that does not listen', `(${stubborn}) & wait`],
  ])(
    'a CLI that hangs is ended with all that it started, and nothing remains: one that %s',
    async ([_, hang], context) => {
      const script = `echo $$ > "$0.pid"; sleep 600 & echo $! >> "$0.pid"; ${hang}`
      const { root, sessionDir, events, spawn } = await openHost(context, script, 1500)
      events.length = 0
      expect(await spawn()).toEqual({
        status: 500,
        body: {
          error: true,
          code: 'manifest_generation_failed',
          message: 'Failed to generate manifest: timed out after 1.5 s',
        },
      })
      expect(readdirSync(sessionDir)).toEqual([])
      expect(events).toEqual([])
      const pids = readFileSync(join(root, 'maestro.pid'), 'utf8').trim().split('\n').map(Number)
      expect(pids.length).toBeGreaterThan(1)
      await vi.waitUntil(() => !pids.some(isRunning), 10_000)
    },
  )

  it('a CLI is not waited for once it has ended, though something it left behind holds its outputs', async (context) => {
    const leave = `setsid sleep 600 & echo $! > "$0.pid"; for output; do :; done`
    const write = `echo '{"manifestVersion":"1.0","role":"worker","session":{"model":"opus"}}' > "$output"`
    const { root, spawn } = await openHost(context, `${leave}; ${write}`, 20_000)
    context.onTestFinished(() => {
      const left = Number(readFileSync(join(root, 'maestro.pid'), 'utf8'))
      if (isRunning(left)) process.kill(left)
    })
    expect((await spawn()).status).toBe(201)
  })

  it('the limit is for all attempts together', async (context) => {
    const script = `echo call >> "$0.calls"; sleep 2; echo "unknown option '--api-url'" >&2; exit 1`
    const { root, spawn } = await openHost(context, script, 3500)
    expect((await spawn()).body.message).toBe('Failed to generate manifest: timed out after 3.5 s')
    expect(readFileSync(join(root, 'maestro.calls'), 'utf8')).toBe('call\ncall\n')
  })

  it('of many spawns eight have their CLI run at once, and the time that the others wait does not count', async (context) => {
    const count =
      'mkdir -p "$0.now"; : > "$0.now/$$"; ls "$0.now" | wc -l >> "$0.counts"; sleep 0.5; rm "$0.now/$$"'
    const write = `echo '{"manifestVersion":"1.0","role":"worker","session":{"model":"opus"}}' > "$output"`
    const { root, spawn } = await openHost(context, `${count}; for output; do :; done; ${write}`, 3500)
    const answers = await Promise.all(Array.from({ length: 64 }, spawn))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    const counts = readFileSync(join(root, 'maestro.counts'), 'utf8').trim().split('\n').map(Number)
    expect(Math.max(...counts)).toBe(8)
  }, 60_000)
})
