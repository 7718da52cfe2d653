// All that one agent is tried in: the mock model, a server with its runner, and a repository.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { createClient, type Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { endProcess, type Step } from './model'
import { makePlace, program } from './place'

const Talk = z.looseObject({
  answered: z.number().optional(),
  said: z.looseObject({ user: z.array(z.string()) }).optional(),
  tools: z.array(z.string()).optional(),
})

export type World = Awaited<ReturnType<typeof openWorld>>

export const openWorld = async (agent: string) => {
  const folder = mkdtempSync(join(tmpdir(), `maestro-try-${agent}-`))
  const { home, app, logs, model, modelLog, url, environment } = await makePlace(folder)
  makeRepository(app)
  const output = openSync(join(logs, 'serve.log'), 'a')
  const server = spawn(
    process.execPath,
    [program, 'serve', '--run', '--agent', agent, '--drive', 'acp', '--without-tmux'],
    { env: environment, cwd: folder, stdio: ['ignore', output, output] },
  )
  const client = createClient({ url })
  await until('the server answers', 90, () =>
    client.health().then(
      () => true,
      () => false,
    ),
  )
  const project = await client.projects.create({ name: agent, workingDir: app })
  const get = (id: string) => client.sessions.get(id)

  return {
    agent,
    client,
    app,
    home,
    folder,
    /** Has the agent's model do this, in one session, and returns that. */
    async start(
      titles: readonly string[],
      steps: (taskIds: string[]) => readonly Step[],
      fields: { permissionMode?: 'acceptEdits' | 'auto' | 'default' } = {},
    ): Promise<{ id: string; taskIds: string[] }> {
      const taskIds: string[] = []
      for (const title of titles)
        taskIds.push((await client.tasks.create({ projectId: project.id, title })).id)
      rmSync(modelLog, { force: true })
      await model.setScript(steps(taskIds))
      const { sessionId } = await client.sessions.spawn({ projectId: project.id, taskIds, ...fields })
      return { id: sessionId, taskIds }
    },
    /** What the model was asked, by the agent's main conversation. */
    talks: () =>
      readLines(modelLog)
        .map((line) => Talk.parse(line))
        .filter(({ tools = [] }) => tools.length > 0),
    async ended(id: string, seconds = 240): Promise<Session> {
      await until('the session ends', seconds, async () => endedStatuses.includes((await get(id)).status))
      return get(id)
    },
    /** The first open request of this kind. */
    async request(id: string, kind: 'approval' | 'question' | 'limit', seconds = 180) {
      const open = async () => (await client.inbox.list({ sessionId: id, kind }))[0]
      await until(`a request of the kind ${kind}`, seconds, async () => (await open()) !== undefined)
      const request = await open()
      if (!request) throw new Error('it was withdrawn at once')
      return request
    },
    until,
    commits: () =>
      execFileSync('git', ['log', '--format=%s'], { cwd: app, encoding: 'utf8' }).trim().split('\n'),
    exists: (name: string) => existsSync(join(app, name)),
    write: (name: string, text: string) => writeFileSync(join(app, name), text),
    writeHome: (name: string, text: string) => writeFileSync(join(home, name), text),
    /** Processes of a session, by what they were started with. */
    processes: (id: string, part = '') => processesOf(id, part),
    async stopAll() {
      for (const { id, status } of await client.sessions.list()) {
        if (!endedStatuses.includes(status)) await client.sessions.stop(id)
        await until('its processes are gone', 30, () => processesOf(id, '').length === 0).catch(
          () => undefined,
        )
      }
    },
    async close() {
      await endProcess(server)
      await endProcess(model.process)
    },
  }
}

const readLines = (file: string): unknown[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line))
    : []

/** Waits until something holds, and throws if it does not within so many seconds. */
const until = async (
  what: string,
  seconds: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> => {
  for (const start = Date.now(); Date.now() - start < seconds * 1000; await sleep(100))
    if (await holds()) return
  throw new Error(`in vain for ${seconds} s: ${what}`)
}

const makeRepository = (folder: string) => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  git('init', '--quiet')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'ada@example.org')
  writeFileSync(join(folder, 'keep.txt'), 'to be kept\n')
  // Some agents refuse to sleep.
  writeFileSync(join(folder, 'slow.mjs'), 'setTimeout(() => undefined, process.argv[2] * 1000)\n')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'begin')
}

/** Linux only: by the environment that they were started with. */
const processesOf = (sessionId: string, part: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [environ, command] = ['environ', 'cmdline'].map((name) =>
          readFileSync(`/proc/${pid}/${name}`, 'utf8'),
        )
        return (
          environ?.split('\0').includes(`MAESTRO_SESSION_ID=${sessionId}`) &&
          command?.replaceAll('\0', ' ').includes(part)
        )
      } catch {
        return false
      }
    })
    .map(Number)
