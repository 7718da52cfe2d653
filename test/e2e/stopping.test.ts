// Somebody stops a session, or the runner, or the agent stops by itself: each time everybody knows what runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../functions/client/client'
import { freePort, makeDirectories } from '../contract/server'
import { createFixture, type Fixture, type Runner, startRunner, waitUntil, worker } from './fixture'

let fixture: Fixture
let runner: Runner
beforeAll(async () => {
  fixture = await createFixture()
  // One that does not let itself be ended, and has a child of its own.
  writeFileSync(
    join(fixture.directory, 'stubborn.sh'),
    "trap '' TERM; sleep 60 & echo $! > child.pid; wait; wait\n",
  )
  writeFileSync(
    join(fixture.directory, 'agent.sh'),
    'case $(cat "$1") in *stubborn*) . ./stubborn.sh;; *leaver*) . ./leaver.sh;; *crash*) exit 7;; *) exec $WORKER "$1";; esac\n',
  )
  runner = await fixture.run(['--agent', 'sh agent.sh {promptFile}'], {
    WORKER: worker.replace(' {promptFile}', ''),
  })
})
afterAll(() => fixture.stop())

const begin = async (title: string) => {
  const [task] = await fixture.tasks(title)
  const id = await fixture.spawn([task?.id ?? ''])
  return { id, taskId: task?.id }
}

it('ends the agent of a session that is stopped, and says which signal ended it', async () => {
  const { id, taskId } = await begin('wait for it')
  await fixture.working(taskId)
  await fixture.here.text(['session', 'stop', id])
  const exit = {
    type: 'session_stopped',
    message: expect.stringContaining('was ended by SIGTERM'),
    metadata: expect.objectContaining({ signal: 'SIGTERM' }),
  }
  await waitUntil('the exit is told, after the end', async () => {
    const { timeline } = await fixture.client.sessions.get(id)
    return timeline.at(-1)?.metadata?.cause === 'exited'
  })
  const session = await fixture.client.sessions.get(id)
  expect(session.status).toBe('stopped')
  expect(session.timeline.at(-1)).toMatchObject(exit)
  expect(fixture.files()).toEqual([])
})

it('calls a session failed whose agent fails, with its exit code', async () => {
  const { id } = await begin('crash')
  const session = await fixture.ended(id)
  expect(session.status).toBe('failed')
  expect(session.timeline.at(-1)).toMatchObject({ metadata: { cause: 'exited', exitCode: 7 } })
})

// Elsewhere nothing shows who has started a process that has left its group.
const hasProc = process.platform === 'linux'
const leave = (words: string) => `${words} & while [ ! -s detached.pid ]; do sleep 0.02; done`
const stubborn = `sh -c 'trap "" TERM HUP; echo $$ > detached.pid; while :; do sleep 1; done'`
const detached = () => Number(fixture.file('detached.pid'))
const write = (text: string) => {
  rmSync(join(fixture.directory, 'detached.pid'), { force: true })
  writeFileSync(join(fixture.directory, 'leaver.sh'), text)
}

// Each is given its time to end, so they are ended at once.
describe.concurrent('what does not end politely', () => {
  it('ends with its session, with everything that it has started', async () => {
    const { id } = await begin('stubborn')
    await waitUntil('its child runs', () => fixture.exists('child.pid'))
    await fixture.client.sessions.update(id, { status: 'stopped' })
    const child = Number(fixture.file('child.pid'))
    await waitUntil('its child has ended', () => !isThere(child))
    expect((await fixture.client.sessions.get(id)).status).toBe('stopped')
  })

  it.runIf(hasProc)('ends with its session, though it has left the process group', async () => {
    write(`${leave(`setsid setsid nohup ${stubborn}`)}; sleep 60\n`)
    const { id } = await begin('leaver')
    await waitUntil('it has left', () => fixture.exists('detached.pid') && detached() > 0)
    await fixture.client.sessions.update(id, { status: 'stopped' })
    await waitUntil('it has ended', () => !isThere(detached()))
  })
})

describe.runIf(hasProc)('what has left the process group of its agent', () => {
  it('ends with an agent that ends by itself, and nothing of another session does', async () => {
    const { taskId } = await begin('wait beside it')
    await fixture.working(taskId)
    write(`${leave(`setsid sh -c 'echo $$ > detached.pid; exec sleep 60'`)}\n`)
    const { id } = await begin('leaver')
    await fixture.ended(id)
    await waitUntil('it has ended', () => !isThere(detached()))
    const [session] = await fixture.client.sessions.list({ taskId })
    expect(session?.status).toBe('working')
    fixture.releaseTasks()
    expect(await fixture.ended(session?.id ?? '')).toMatchObject({ status: 'completed' })
    rmSync(join(fixture.directory, 'go'))
  })
})

it('says at Ctrl-C what still runs, and lets it run', async () => {
  const { id, taskId } = await begin('wait again')
  await fixture.working(taskId)
  expect(await runner.end('SIGINT')).toBe(0)
  expect(runner.output()).toMatch(new RegExp(`${id}  .* goes on`))
  fixture.releaseTasks()
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
})

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('is one command with the server, which says the same when both are ended', async () => {
  const port = await freePort()
  const { root } = makeDirectories()
  const both = startRunner(['serve', '--run', '--agent', 'demo', '--without-tmux'], {
    HOME: root,
    PORT: String(port),
    LOG_LEVEL: 'warn',
  })
  await waitUntil('it listens', () => both.output().includes('Listening'))
  const client = createClient({ url: `http://127.0.0.1:${port}` })
  const project = await client.projects.create({ name: 'app', workingDir: root })
  const task = await client.tasks.create({ projectId: project.id, title: 'one' })
  const { sessionId } = await client.sessions.spawn({ projectId: project.id, taskIds: [task.id] })
  await waitUntil('it has ended', () =>
    both.output().includes(`${sessionId}  Worker for ${task.id} has ended: completed`),
  )
  expect(readFileSync(join(root, 'MAESTRO_DEMO.md'), 'utf8')).toBe('- one\n')
  expect(await both.end('SIGINT')).toBe(0)
})

it('fails, and leaves no server behind, where there is no agent to start', async () => {
  const { root } = makeDirectories()
  const none = startRunner(['serve', '--run'], {
    HOME: root,
    PATH: '/nowhere',
    PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
  })
  expect(await none.exited).toBe(1)
  expect(none.output()).toContain('install one ("maestro agents install claude")')
})

it('says how to start agents for a server that runs already, on this port or in this directory', async () => {
  const { port, root, dataDir, url } = fixture.server
  const serve = async (env: Record<string, string>) => {
    const second = startRunner(['serve', '--run', '--agent', 'demo'], {
      HOME: root,
      HOST: '127.0.0.1',
      ...env,
    })
    expect(await second.exited).toBe(1)
    return second.output()
  }
  expect(await serve({ PORT: String(port), DATA_DIR: join(root, 'other') })).toBe(
    `maestro serve: A server runs already at ${url}: "MAESTRO_SERVER_URL=${url} maestro run" starts agents for it\n`,
  )
  expect(await serve({ PORT: String(await freePort()), DATA_DIR: dataDir })).toMatch(
    /is using .*\n.*start agents for it: "MAESTRO_SERVER_URL=its address maestro run"\n$/,
  )
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
