// An agent waits at its terminal, and nobody hears of it; or it has gone on, and still says that it waits.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

let server: Awaited<ReturnType<typeof startInProcess>>
let client: Client
let folder: string
let sessionId: string
let taskIds: string[]

beforeAll(async () => {
  server = await startInProcess({})
  client = createClient({ url: server.url })
})
afterAll(() => server.stop())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-hook-'))
  const project = await client.projects.create({ name: 'app', workingDir: '/app' })
  taskIds = []
  for (const title of ['one', 'two'])
    taskIds.push((await client.tasks.create({ projectId: project.id, title })).id)
  const session = await client.sessions.create({
    projectId: project.id,
    taskIds,
    agentId: 'claude',
    status: 'working',
  })
  sessionId = session.id
  return () => rmSync(folder, { recursive: true })
})

const state = () => join(folder, 'hook.json')

/** Must say nothing, and never fail: what it printed the agent would read. */
const hook = async (input: object | string, env: Record<string, string> = {}) => {
  const { run } = maestroInProcess({ MAESTRO_SERVER_URL: server.url, MAESTRO_SESSION_ID: sessionId, ...env })
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  expect(await run(['hook', state()], { input: text })).toEqual({ code: 0, stdout: '', stderr: '' })
}
const open = () => client.inbox.list({ sessionId })
const session = () => client.sessions.get(sessionId)

const asks = {
  hook_event_name: 'PermissionRequest',
  tool_name: 'Bash',
  tool_input: { command: 'npm publish' },
}

describe('an agent at its terminal', () => {
  it('that asks whether it may do something is in the inbox, with what it asks and how to get there', async () => {
    await hook(asks)
    expect(await open()).toMatchObject([
      {
        kind: 'approval',
        title: `claude asks at its terminal: Bash: npm publish (attach: maestro session attach ${sessionId})`,
      },
    ])
    expect((await session()).needsInput).toMatchObject({ active: true })
    expect(existsSync(state())).toBe(true)
  })

  it.each(['PostToolUse', 'UserPromptSubmit'])('that goes on (%s) waits no more', async (event) => {
    await hook(asks)
    await hook({ hook_event_name: event })
    expect(await open()).toEqual([])
    expect((await session()).needsInput).toMatchObject({ active: false })
    expect(existsSync(state())).toBe(false)
  })

  it('asks once, however often it says so', async () => {
    await hook(asks)
    await hook({
      hook_event_name: 'Notification',
      message: 'Claude needs your permission',
      notification_type: 'permission_prompt',
    })
    await hook(asks)
    expect(await open()).toHaveLength(1)
  })

  it('that only waits is in the inbox too, and one that only tells something is not', async () => {
    await hook({ hook_event_name: 'Notification', message: 'Signed in', notification_type: 'auth_success' })
    expect(await open()).toEqual([])
    await hook({ hook_event_name: 'Notification', message: 'Claude is waiting for your input' })
    expect(await open()).toMatchObject([
      { kind: 'question', title: expect.stringContaining('waiting for your input') },
    ])
  })

  it('that has ended its turn without a report is idle, and asks', async () => {
    await hook({ hook_event_name: 'Stop', last_assistant_message: 'Which colour?' })
    expect(await open()).toMatchObject([
      {
        kind: 'question',
        title: expect.stringContaining('without a report on 2 tasks'),
        detail: 'Which colour?',
      },
    ])
    expect((await session()).status).toBe('idle')
    await hook({ hook_event_name: 'UserPromptSubmit' })
    expect(await open()).toEqual([])
    expect((await session()).status).toBe('working')
  })

  it('that has reported everything ends its turn without a word', async () => {
    for (const taskId of taskIds)
      await client.tasks.update(taskId, { updateSource: 'session', sessionStatus: 'completed' })
    await hook({ hook_event_name: 'Stop' })
    expect(await open()).toEqual([])
  })

  it('asks with a title that fits, of whatever it is about', async () => {
    await hook({ ...asks, tool_input: { command: `echo '${'é'.repeat(2000)}'\nrm x` } })
    await hook({ hook_event_name: 'Stop', last_assistant_message: '𝄞'.repeat(20_000) })
    expect(await open()).toMatchObject([{ title: expect.stringContaining(`attach ${sessionId})`) }])
  })

  it('is silent once its session has ended, where there is no server, and about what it does not know', async () => {
    await client.sessions.end(sessionId, { cause: 'stopped' })
    const before = await session()
    for (const hookEventName of ['Stop', 'PermissionRequest', 'UserPromptSubmit'])
      await hook({ hook_event_name: hookEventName })
    expect(await session()).toEqual(before)
    await hook(asks, { MAESTRO_SERVER_URL: 'http://127.0.0.1:9' })
    await hook(asks, { MAESTRO_SESSION_ID: '' })
    for (const input of ['', 'no JSON', '[]', '{"hook_event_name": 1}']) await hook(input)
    expect(await client.inbox.list({ sessionId, state: 'open' })).toEqual([])
  })
})
