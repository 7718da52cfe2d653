// An agent that cannot be driven over ACP leaves a person without a reason, or a process behind.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AcpClosed, isLoginProblem } from '../../local-dev/acp/errors'
import { isAlive, scripted, start, startError, startSession, temporaryFolder, until } from './acp-fixture'

/** Steps that leave the number of the process where it is found when it is gone. */
const leavePid = (file: string) => ({ edit: { path: file, text: '{pid}' } })
const pidIn = (file: string) => Number(readFileSync(file, 'utf8'))

describe('an agent that says who it is', () => {
  it('is told who asks, that it gets neither files nor a terminal, and only what the caller gives it', async () => {
    const wire: unknown[] = []
    const { agent, log, folder } = await start(
      {
        steering: true,
        logEnv: ['HOME', 'MAESTRO_X_ONE'],
        initialize: { authMethods: [{ id: 'a', name: 'A' }, {}] },
      },
      { env: { PATH: process.env.PATH, MAESTRO_X_ONE: '1' }, onWire: (direction) => wire.push(direction) },
    )
    expect(agent).toMatchObject({
      protocolVersion: 1,
      info: { name: 'scripted-agent', title: 'Scripted agent', version: '1.0.0' },
      capabilities: {
        loadSession: true,
        steering: true,
        mcp: { http: false, sse: false },
        promptImage: false,
      },
      authMethods: [{ id: 'a', name: 'A' }],
    })
    const { received, events } = log()
    expect(received[0]?.params).toMatchObject({
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'maestro' },
    })
    expect(events[0]).toMatchObject({
      event: 'start',
      pid: agent.pid,
      cwd: folder,
      env: { MAESTRO_X_ONE: '1' },
    })
    expect(events[0]).not.toHaveProperty('env.HOME')
    expect(wire).toEqual(['out', 'in'])
  })

  it('says it between words of its own, which go where words go', async () => {
    const words = [
      'Loaded cached credentials.',
      '["not", "a message"]',
      '{"level":30,"msg":"listening"}',
      '{"id":',
    ]
    const { noise } = await start({
      start: words.map((line) => ({ line })),
      before: { initialize: [{ line: 'https://accounts.example/sign-in' }] },
    })
    expect(noise).toEqual([...words, 'https://accounts.example/sign-in'])
  })
})

describe('an agent that cannot be driven', () => {
  it.each([[2], ['1'], [1.5], [null]])('speaks version %j of ACP', async (protocolVersion) => {
    const { problem, message } = await startError({ initialize: { protocolVersion } })
    expect(problem).toBe('version')
    expect(message).toContain(`scripted speaks version ${JSON.stringify(protocolVersion)} of ACP`)
    expect(message).toContain('only version 1 ')
  })

  it('is not there, or cannot be started', async () => {
    const folder = temporaryFolder()
    const script = join(folder, 'agent')
    writeFileSync(script, 'no program')
    const of = (command: string[], cwd = folder) =>
      startError({}, { command, cwd }).then(({ message }) => message)
    expect(await of(['no-such-agent-9'])).toBe(
      'scripted cannot be started: no-such-agent-9 is not on PATH: install it',
    )
    expect(await of([join(folder, 'gone')])).toBe(`scripted cannot be started: ${folder}/gone does not exist`)
    expect(await of([script])).toContain('is not executable')
    expect(await of([process.execPath], join(folder, 'gone'))).toContain(
      `the directory ${folder}/gone does not exist`,
    )
    expect(await of([])).toContain('no program is named')
  })

  it('has ended, and its last words say why', async () => {
    const stack =
      "Error: Cannot find module 'left-pad'\n    at Module._load (node:internal/modules/cjs/loader:1:2)\n\nNode.js v20.1.0\n"
    const { problem, message, output } = await startError({ start: [{ stderr: stack }, { exit: 3 }] })
    expect(problem).toBe('exited')
    expect(message).toBe(
      "scripted ended with code 3, before it had answered over ACP; it wrote: Error: Cannot find module 'left-pad'",
    )
    expect(output).toContain('Module._load')
  })

  it('was killed while it began, in the middle of its answer', async () => {
    const { message } = await startError({
      before: {
        initialize: [{ raw: '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1' }, { exit: 'SIGKILL' }],
      },
    })
    expect(message).toContain(
      'scripted ended by SIGKILL, before it had answered over ACP; it wrote: {"jsonrpc"',
    )
  })

  it('refuses to begin, for want of a login', async () => {
    const error = await startError({
      refuse: {
        initialize: { code: -32603, message: 'Internal error', data: 'Run `agent login` to sign in again' },
      },
    })
    expect(error.problem).toBe('refused')
    expect(error.message).toContain('scripted refused to begin: Internal error')
    expect(isLoginProblem(error.cause)).toEqual({ command: 'agent login' })
  })

  it.each([
    ['is no agent: it gives back what it is told', ['cat']],
    [
      'answers with what is no answer',
      ['sh', '-c', 'read line; echo \'{"id":1,"result":"hello"}\'; sleep 60'],
    ],
  ])('%s', async (_, command) => {
    const { problem, message } = await startError({}, { command })
    expect({ problem, message }).toMatchObject({
      problem: 'refused',
      message: expect.stringContaining('scripted '),
    })
  })

  it('says nothing, stays when it is asked to go, and is killed with what it has started', async () => {
    const folder = temporaryFolder()
    const [own, child] = [join(folder, 'own'), join(folder, 'child')]
    const { problem, message } = await startError(
      {
        start: [
          leavePid(own),
          { spawn: `trap '' TERM HUP; echo $$ > ${child}; sleep 60; sleep 60` },
          { waitFor: { file: child } },
        ],
        before: { initialize: [{ line: 'Waiting for a browser' }] },
        silent: ['initialize'],
        ignore: ['eof', 'SIGTERM'],
      },
      { handshakeTimeoutMs: 3000 },
    )
    expect(problem).toBe('timeout')
    expect(message).toContain('scripted has not answered over ACP within 3 s')
    expect([isAlive(pidIn(own)), isAlive(pidIn(child))]).toEqual([false, false])
  })
})

it('an agent that writes a flood before it begins is an agent', async () => {
  const { noise } = await start({ start: [{ flood: 5000, step: { line: 'loading model weights' } }] })
  expect(noise).toHaveLength(5000)
})

it('a script without the right to run says so by its path', async () => {
  const { agentOptions } = scripted({})
  const file = join(agentOptions.cwd, 'run.sh')
  writeFileSync(file, '#!/no/such/interpreter\n')
  chmodSync(file, 0o755)
  expect((await startError({}, { command: [file] })).message).toContain(
    'the interpreter /no/such/interpreter',
  )
})

it.each([
  ['does not shake hands', { silent: ['initialize'] }],
  ['does not go by itself either', { silent: ['initialize'], ignore: ['eof', 'SIGTERM'] }],
])('an agent that %s is ended as soon as it is not wanted any more', async (_, scenario) => {
  const file = join(temporaryFolder(), 'pid')
  const stop = new AbortController()
  const starting = startError({ start: [leavePid(file)], ...scenario }, { signal: stop.signal })
  await until(() => existsSync(file) && pidIn(file) > 0)
  stop.abort()
  expect((await starting).problem).toBe('exited')
  expect(isAlive(pidIn(file))).toBe(false)
})

it('an agent that is not wanted before it has begun, or in its turn, is ended', async () => {
  const { problem } = await startError({}, { signal: AbortSignal.abort() })
  expect(problem).toBe('exited')
  const stop = new AbortController()
  const { agent, say } = await startSession({ turns: [[{ hang: true }]] }, { signal: stop.signal })
  const turn = say('Work').catch((error: unknown) => error)
  stop.abort()
  expect(await turn).toBeInstanceOf(AcpClosed)
  await agent.closed
  expect(isAlive(agent.pid)).toBe(false)
})
