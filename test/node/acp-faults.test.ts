// An agent that breaks off, does not go, or writes more than anybody can read takes the session, or this machine, with it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAgent } from '../../local-dev/acp/agent'
import { isLoginProblem } from '../../local-dev/acp/errors'
import { isAlive, start, startSession, temporaryFolder, textsOf, until } from './acp-fixture'

describe('a message that is too large', () => {
  it('is skipped, and the session goes on', async () => {
    const maxMessageBytes = 100_000
    const big = (as: string) => ({ big: 300_000, as })
    const { say, heard, noise, log } = await startSession(
      {
        turns: [
          [{ text: 'a' }, big('update'), big('request'), big('noise'), { text: 'b' }],
          [big('answer'), { noEnd: true }],
          [{ text: 'c' }],
        ],
      },
      { maxMessageBytes },
    )
    expect((await say('one')).stopReason).toBe('end_turn')
    await expect(say('two')).rejects.toMatchObject({
      name: 'AcpError',
      message: 'A message of 300000 bytes was skipped: more than 100000 are not read',
    })
    expect((await say('three')).stopReason).toBe('end_turn')
    expect(textsOf(heard)).toEqual(['a', 'b', 'c'])
    expect(noise.filter((text) => text.includes('was skipped'))).toHaveLength(3)
    expect(noise.find((text) => text.startsWith('xxx'))?.length).toBeLessThan(10_000)
    expect(log().received.find(({ id, error }) => id === 4711 && error)?.error?.code).toBe(-32600)
  })
})

describe('an agent that breaks off', () => {
  it.each([
    ['when it is asked for a session', { exitOn: { 'session/new': 7 } }, { exitCode: 7, signal: null }],
    [
      'right after it has made one',
      { exitAfter: { 'session/new': 'SIGKILL' } },
      { exitCode: null, signal: 'SIGKILL' },
    ],
    [
      'when it is prompted',
      { exitOn: { 'session/prompt': 'SIGTERM' } },
      { exitCode: null, signal: 'SIGTERM' },
    ],
    [
      'in the middle of a line',
      {
        turns: [
          [{ text: 'a' }, { raw: '{"jsonrpc":"2.0","met' }, { stderr: 'out of memory' }, { exit: 134 }],
        ],
      },
      { exitCode: 134, signal: null },
    ],
    [
      'while it waits for an answer',
      { turns: [[{ ask: { toolCallId: 'c' }, isLeft: true }, { exit: 0 }]] },
      { exitCode: 0, signal: null },
    ],
  ])('%s leaves nobody waiting, and says how it ended', async (_, scenario, exit) => {
    const signals: AbortSignal[] = []
    const { agent, folder } = await start(scenario, {
      onPermission: (_request, { signal }) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    })
    const work = async () => {
      const { sessionId } = await agent.newSession({ cwd: folder })
      await agent.prompt(sessionId, [{ type: 'text', text: 'go' }])
    }
    await expect(work()).rejects.toMatchObject({
      name: 'AcpClosed',
      message: expect.stringMatching(/^scripted ended (with code|by) /),
    })
    expect(await agent.closed).toMatchObject(exit)
    await expect(agent.newSession({ cwd: folder })).rejects.toMatchObject({ name: 'AcpClosed' })
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
  })

  it('has all of its last words kept, but no more than that', async () => {
    const { agent } = await startSession({
      start: [{ stderr: `first ${'é'.repeat(20_000)}` }],
      turns: [[{ stderr: 'the reason' }, { exit: 1 }]],
    })
    await agent.prompt((await agent.newSession({ cwd: '/' })).sessionId, []).catch(() => undefined)
    const { stderr } = await agent.closed
    expect(stderr).toMatch(/^é+the reason$/)
    expect(Buffer.byteLength(stderr)).toBeLessThanOrEqual(8192)
  })
})

describe('an agent that does not answer', () => {
  it('is given up when nothing comes', async () => {
    const { agent, folder } = await start({ silent: ['session/load'] }, { requestTimeoutMs: 2000 })
    const { sessionId } = await agent.newSession({ cwd: folder })
    await expect(agent.loadSession({ sessionId, cwd: folder })).rejects.toMatchObject({
      name: 'AcpTimeout',
      message: 'session/load was not answered: nothing came for 2 s',
    })
  })

  it('to a cancel has its turn ended by its own end', async () => {
    const { agent, sessionId, say, heard } = await startSession({
      cancel: 'stop',
      turns: [[{ text: 'busy' }, { hang: true }]],
    })
    const turn = say('go')
    await until(() => textsOf(heard).includes('busy'))
    agent.cancel(sessionId)
    const closing = agent.close()
    await expect(turn).rejects.toMatchObject({ name: 'AcpClosed' })
    await closing
  })
})

it.each([
  ['answer', 'cancelled'],
  ['end_turn', 'end_turn'],
])('a turn that was cancelled is answered with what the agent says (%s)', async (cancel, stopReason) => {
  const { agent, sessionId, say, heard } = await startSession({
    cancel,
    turns: [[{ text: 'busy' }, { run: 'sleep 60' }]],
  })
  const turn = say('go')
  await until(() => textsOf(heard).includes('busy'))
  agent.cancel(sessionId)
  expect((await turn).stopReason).toBe(stopReason)
})

it('a listener that fails on what an agent says does not end the session', async () => {
  const { say, noise } = await startSession(
    { turns: [[{ text: 'a' }], [{ text: 'b' }]] },
    {
      onUpdate: () => {
        throw new Error('no room')
      },
      onWire: () => {
        throw new Error('disk full')
      },
    },
  )
  await say('one')
  expect((await say('two')).stopReason).toBe('end_turn')
  expect(noise.filter((text) => text === 'session/update could not be handled: no room')).toHaveLength(2)
  expect(noise).toContain('A message could not be handled: disk full')
})

it('an agent that does not read what it is told is ended before that fills the memory', async () => {
  const { agent } = await start(
    {},
    { command: ['sh', '-c', 'read a; echo \'{"id":1,"result":{"protocolVersion":1}}\'; exec sleep 60'] },
  )
  const text = 'x'.repeat(40_000_000)
  const first = agent.prompt('s', [{ type: 'text', text }])
  const second = agent.prompt('s', [{ type: 'text', text }])
  await expect(second).rejects.toMatchObject({
    name: 'AcpClosed',
    message: 'scripted does not read what it is told',
  })
  await expect(first).rejects.toMatchObject({ name: 'AcpClosed' })
  expect(await agent.closed).toMatchObject({ signal: 'SIGTERM' })
})

describe('what an agent has started', () => {
  const sleeper = (file: string) => ({ spawn: `echo $$ > ${file}; sleep 60; sleep 60` })
  const pidIn = (file: string) => Number(readFileSync(file, 'utf8'))

  it('goes with it, when it is closed and when it dies', async () => {
    const folder = temporaryFolder()
    const [closed, died] = [join(folder, 'closed'), join(folder, 'died')]
    const first = await start({ start: [sleeper(closed), { waitFor: { file: closed } }] })
    await first.agent.close()
    const second = await startSession({
      start: [sleeper(died), { waitFor: { file: died } }],
      turns: [[{ exit: 'SIGKILL' }]],
    })
    await second.say('go').catch(() => undefined)
    await until(() => !isAlive(pidIn(died)))
    expect([isAlive(first.agent.pid), isAlive(pidIn(closed))]).toEqual([false, false])
  })

  it('and has left it, with its output in hand, does not keep anybody waiting', async () => {
    const file = join(temporaryFolder(), 'left')
    const { agent, say } = await startSession({
      turns: [
        [
          { spawn: `echo $$ > ${file}; exec sleep 60`, isDetached: true, holdsOutput: true },
          { waitFor: { file } },
          { exit: 5 },
        ],
      ],
    })
    onTestFinished(() => {
      process.kill(pidIn(file))
    })
    await expect(say('go')).rejects.toMatchObject({ message: 'scripted ended with code 5' })
    expect(await agent.closed).toMatchObject({ exitCode: 5 })
    expect(isAlive(pidIn(file))).toBe(true)
  })
})

it('a login that is missing is told by the refusal, and is there for the next process', async () => {
  const folder = temporaryFolder()
  const login = join(folder, 'login')
  const { agent, agentOptions } = await start({
    refuse: {
      'session/new': {
        code: -32000,
        message: 'Authentication required',
        data: { details: 'use "agent login"' },
      },
    },
    refuseUntil: login,
  })
  const refused = await agent.newSession({ cwd: folder }).catch((error: unknown) => error)
  expect(isLoginProblem(refused)).toEqual({ command: 'agent login' })
  writeFileSync(login, '')
  const again = await openAgent(agentOptions)
  onTestFinished(() => again.close())
  expect(await again.newSession({ cwd: folder })).toMatchObject({ leftOutMcpServers: [] })
})
