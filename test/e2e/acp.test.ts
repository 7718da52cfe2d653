// An agent that is driven over ACP does its work and nobody hears of it; asks and gets no answer; or does all of it twice
// because its driver was killed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Session } from '../../functions/client/client'
import { parseTrusted } from '../../schemas/json-text'
import { createFixture, type Fixture, waitUntil } from './fixture'

const program = join(import.meta.dirname, '../agents/scripted-agent.mjs')

// An agent is heard out for three seconds after its turn: their sessions run at the same time.
let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
  // Each project has a scenario of its own.
  await fixture.run(['--agent', 'false {promptFile}', '--max', '9'], {
    MAESTRO_AGENT_ACP: `${process.execPath} ${program} scenario.json`,
  })
})
afterAll(() => fixture.stop())

type Scenario = (taskId: string) => object

/** Spawns a session on a task and in a directory of its own, whose agent does what the scenario says. */
const spawn = async (title: string, scenario: Scenario, fields: object = {}) => {
  const { client, server } = fixture
  const directory = join(server.root, title)
  mkdirSync(directory)
  const { id: projectId } = await client.projects.create({ name: title, workingDir: directory })
  const { id: taskId } = await client.tasks.create({ projectId, title })
  const log = join(server.root, `${title}.log`)
  const written = { log, history: server.root, ...scenario(taskId) }
  writeFileSync(join(directory, 'scenario.json'), JSON.stringify(written))
  if ('worktree' in fields) {
    const git = (...words: string[]) => execFileSync('git', words, { cwd: directory })
    git('init', '--quiet')
    git('config', 'user.name', 'Ada')
    git('config', 'user.email', 'ada@example.org')
    git('add', '.')
    git('commit', '--quiet', '--message', 'begin')
  }
  const { sessionId: id } = await client.sessions.spawn({ projectId, taskIds: [taskId], ...fields })
  return {
    id,
    taskId,
    exists: (name: string) => existsSync(join(directory, name)),
    file: (name: string) => readFileSync(join(directory, name), 'utf8'),
    /** What the agent was given, in order. */
    given: (method: string) =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .flatMap((line) => parseTrusted<{ in?: { method: string; params: unknown } }>(line).in ?? [])
        .filter((message) => message.method === method),
  }
}

const done = (taskId: string) => ({ run: `maestro report complete 'Done' --task ${taskId}` })

const modeOf = (id: string, name: string) => statSync(join(fixture.server.sessionDir, id, name)).mode & 0o777

const entry = ({ timeline }: Session, message: string) => timeline.find((each) => each.message === message)

const openRequest = async (sessionId: string) => {
  const list = () => fixture.client.inbox.list({ sessionId })
  await waitUntil('it asks', async () => (await list()).length > 0)
  const [request] = await list()
  if (!request) throw new Error('it was withdrawn')
  return request
}

it.concurrent('works on its task: what it did, used and said is there for people and for programs', async () => {
  const { id, taskId, file } = await spawn(
    'work',
    (task) => ({
      turns: [
        [
          { text: 'I begin.\n' },
          { plan: [{ content: 'Write it', priority: 'high', status: 'in_progress' }] },
          { do: { path: 'made.txt', text: 'made' } },
          done(task),
          { usage: { used: 10, size: 100, cost: { amount: 0.25, currency: 'USD' } } },
          { text: 'That is all.' },
          { end: 'end_turn', usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } },
        ],
      ],
    }),
    { permissionMode: 'acceptEdits' },
  )
  const session = await fixture.ended(id)
  expect(session).toMatchObject({
    status: 'completed',
    drive: 'acp',
    usage: { inputTokens: 7, outputTokens: 3, costUsd: 0.25, turns: 1 },
  })
  const [call] = session.timeline.filter(({ metadata }) => metadata?.kind === 'edit')
  expect(call).toMatchObject({
    type: 'progress',
    metadata: { status: 'completed', title: expect.any(String) },
  })
  expect(entry(session, 'Plan: 0 of 1 done, now: Write it')).toMatchObject({ metadata: { kind: 'plan' } })
  expect(file('made.txt')).toBe('made')
  expect((await fixture.client.tasks.get(taskId)).sessionStatus).toBe('completed')
  expect(fixture.sessionFile(id, 'output.log')).toMatch(/I begin\.\n[\s\S]*That is all\./)
  expect(modeOf(id, 'agent-events.ndjson')).toBe(0o600)
  expect(modeOf(id, `acp-${session.run}.json`)).toBe(0o600)
})

it.concurrent('works in its worktree, and may do there what it may do in a directory', async () => {
  const commit = 'git add made.txt && git commit -m made'
  const { id, exists, given } = await spawn(
    'tree',
    (task) => ({
      turns: [[{ do: { path: 'made.txt', text: 'made' } }, { do: { command: commit } }, done(task)]],
    }),
    { worktree: true, permissionMode: 'auto' },
  )
  const session = await fixture.ended(id)
  const { path = '', branch = '' } = session.workspace ?? {}
  expect(session.status).toBe('completed')
  expect(given('session/new')).toMatchObject([{ params: { cwd: path } }])
  expect(execFileSync('git', ['log', '--format=%s', branch], { cwd: path, encoding: 'utf8' })).toBe(
    'made\nbegin\n',
  )
  expect(exists('made.txt')).toBe(false)
  expect(await fixture.client.inbox.list({ sessionId: id, state: 'all' })).toEqual([])
})

it.concurrent('asks a person, hears a message in the middle of its turn, and goes on with a question that was answered', async () => {
  const { id, exists, given } = await spawn(
    'ask',
    (task) => ({
      steering: true,
      turns: [
        [{ text: 'I begin.' }, { do: { command: 'echo asked > asked.txt' } }, { waitFor: 'steer' }],
        // It was reminded, and asks in words.
        [{ text: 'Shall it be tabs or spaces?' }],
        [done(task)],
      ],
    }),
    { permissionMode: 'acceptEdits' },
  )
  const approval = await openRequest(id)
  expect(approval).toMatchObject({ kind: 'approval', title: 'echo asked > asked.txt' })
  expect(approval.options.map(({ effect }) => effect)).toEqual(['allow_once', 'allow_always', 'reject_once'])
  const allow = approval.options.find(({ effect }) => effect === 'allow_once')
  await fixture.client.requests.answer(approval.id, { optionId: allow?.id ?? '' })
  await waitUntil('it was allowed', () => exists('asked.txt'))
  const message = await fixture.client.messages.create(id, { text: 'Mind the tabs', mode: 'steer' })
  const question = await openRequest(id)
  expect(question).toMatchObject({ kind: 'question', title: 'Shall it be tabs or spaces?' })
  await waitUntil('it takes no place', async () => (await fixture.client.sessions.get(id)).status === 'idle')
  await fixture.client.requests.answer(question.id, { text: 'Tabs' })
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  const [steered] = given('_session/steering')
  expect(JSON.stringify(steered)).toContain(`[${message.id} from user]\\nMind the tabs`)
  expect(JSON.stringify(given('session/prompt').at(-1))).toContain(
    `[answer to ${question.id} from user]\\nTabs`,
  )
  const requests = await fixture.client.inbox.list({ sessionId: id, state: 'all' })
  expect(requests.map(({ deliveredAt }) => typeof deliveredAt)).toEqual(['number', 'number'])
  expect(await fixture.client.messages.list(id)).toMatchObject([{ state: 'delivered' }])
})

it.concurrent('ends its turn, though its agent never says that what was refused is over', async () => {
  const { id } = await spawn('refused', (task) => ({
    turns: [
      [
        { ask: { toolCallId: 'one', kind: 'execute', title: 'rm it', rawInput: { command: 'rm it' } } },
        done(task),
      ],
    ],
  }))
  const { id: requestId, options } = await openRequest(id)
  const reject = options.find(({ effect }) => effect === 'reject_once')
  await fixture.client.requests.answer(requestId, { optionId: reject?.id ?? '' })
  const session = await fixture.ended(id)
  expect(session).toMatchObject({ status: 'completed' })
  expect(session.timeline.map(({ metadata }) => metadata?.status)).toContain('failed')
})

it.concurrent('goes on where it was when its driver is killed, and does nothing twice', async () => {
  const { id, exists, file, given } = await spawn('kill', (task) => ({
    turns: [
      [
        { edit: { path: 'twice.txt', text: 'x', isAppended: true } },
        { waitFor: { file: join(fixture.directory, 'never') } },
      ],
      [done(task)],
    ],
  }))
  await waitUntil('it works', () => exists('twice.txt'))
  const { client } = fixture
  const message = await client.messages.create(id, { text: 'Hurry' })
  const { pid } = parseTrusted<{ pid: number }>(fixture.sessionFile(id, 'process.json'))
  process.kill(-pid, 'SIGKILL')
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  expect(file('twice.txt')).toBe('x')
  expect(given('session/new')).toHaveLength(1)
  expect(given('session/load')).toHaveLength(1)
  const prompts = given('session/prompt').map((prompt) => JSON.stringify(prompt))
  expect(prompts.filter((prompt) => prompt.includes('You are a worker'))).toHaveLength(1)
  expect(prompts.filter((prompt) => prompt.includes(message.id))).toHaveLength(1)
})

it.concurrent.each<[string, object, RegExp]>([
  [
    'ends while it starts',
    { start: [{ stderr: 'No such model server\n' }, { exit: 3 }] },
    /No such model server/,
  ],
  [
    'breaks off in its turn',
    { turns: [[{ raw: 'Segmentation fault\n' }, { exit: 'SIGKILL' }]] },
    /ended by SIGKILL/,
  ],
])('an agent that %s: the session has failed, and says why in one line', async (title, scenario, reason) => {
  const { id } = await spawn(title, () => scenario)
  const session = await fixture.ended(id)
  expect(session).toMatchObject({ status: 'failed', endReason: expect.stringMatching(reason) })
  expect(session.endReason).not.toContain('\n')
  expect(existsSync(join(fixture.server.sessionDir, id, 'output.log'))).toBe(true)
})
