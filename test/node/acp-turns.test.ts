// What an agent says in a turn gets lost, comes in another order, or is taken for something else.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAgent, type PermissionContext, type PermissionOutcome } from '../../local-dev/acp/agent'
import type { PermissionOption, ToolCall } from '../../local-dev/acp/protocol'
import { start, startSession, temporaryFolder, textsOf, until } from './acp-fixture'

describe('a turn', () => {
  it('is told in its order, and answered after all that was said before it', async () => {
    const { heard, say } = await startSession({
      turns: [
        [
          { thought: 'hm' },
          { plan: [{ content: 'one', priority: 'high', status: 'pending' }] },
          { tool: { toolCallId: 'c', title: 'Look', kind: 'read', rawInput: { path: '/a' } } },
          { toolUpdate: { toolCallId: 'c', status: 'completed' } },
          { usage: { used: 10, size: 100, cost: { amount: 0.5, currency: 'USD' } } },
          { update: { sessionUpdate: 'new_kind', a: 1 } },
          { flood: 2000, step: { text: 'x' } },
          { text: 'done: {prompt}' },
          { end: 'end_turn', usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, _meta: { a: 1 } },
          { text: 'and one thing more' },
        ],
      ],
    })
    const answer = await say('hello')
    const before = heard.map(({ update }) => update.sessionUpdate)
    expect(answer).toEqual({
      stopReason: 'end_turn',
      usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
      meta: { a: 1 },
    })
    expect(before.slice(0, 6)).toEqual([
      'agent_thought_chunk',
      'plan',
      'tool_call',
      'tool_call_update',
      'usage_update',
      'unknown',
    ])
    expect(before).toHaveLength(6 + 2001)
    expect(textsOf(heard).at(-1)).toBe('done: hello')
    await until(() => textsOf(heard).at(-1) === 'and one thing more')
  })

  it('is not answered by another turn’s second answer', async () => {
    const { say, agent, sessionId } = await startSession({
      turns: [
        [{ end: 'refusal', isTwice: true }, { answer: { id: 3, result: { stopReason: 'max_tokens' } } }],
        [{ waitFor: 'cancel' }],
        [{ text: 'third' }],
      ],
      cancel: 'twice',
    })
    expect((await say('one')).stopReason).toBe('refusal')
    const second = say('two')
    agent.cancel(sessionId)
    expect((await second).stopReason).toBe('cancelled')
    expect((await say('three')).stopReason).toBe('end_turn')
  })

  it('may end with an error, with a word that is not known, or with no answer at all', async () => {
    const { say } = await startSession({
      turns: [
        [{ error: { code: -32603, message: 'overloaded', data: { a: 1 } } }],
        [{ end: 'bored' }],
        [{ exit: 4 }],
      ],
    })
    await expect(say('one')).rejects.toMatchObject({ name: 'AcpError', code: -32603, data: { a: 1 } })
    expect((await say('two')).stopReason).toBe('bored')
    await expect(say('three')).rejects.toMatchObject({
      name: 'AcpClosed',
      message: 'scripted ended with code 4',
    })
  })

  it('that nobody asked for is told like any other', async () => {
    const { heard, agent, sessionId } = await startSession({
      steering: { outcome: 'startedNewTurn', turn: [{ text: 'I woke up' }] },
    })
    expect(await agent.steer(sessionId, 'psst')).toBe('startedNewTurn')
    await until(() => textsOf(heard).includes('I woke up'))
  })
})

describe('a question', () => {
  it('is answered as it was decided, and the agent does as it was told', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'made')
    const decide = ({ toolCallId }: ToolCall, options: readonly PermissionOption[]): PermissionOutcome => {
      const kind = toolCallId === 'yes' ? 'allow_once' : 'reject_once'
      return { outcome: 'selected', optionId: options.find((option) => option.kind === kind)?.optionId ?? '' }
    }
    const { say, log, heard } = await startSession(
      {
        turns: [
          [
            { do: { toolCallId: 'no', command: `touch ${file}` } },
            { run: `test ! -e ${file}` },
            { do: { toolCallId: 'yes', command: `touch ${file}` } },
            { run: `test -e ${file}` },
          ],
        ],
      },
      { onPermission: async ({ toolCall, options }) => decide(toolCall, options) },
    )
    await say('go')
    const { events } = log()
    expect(events.filter(({ event }) => event === 'run').map(({ code }) => code)).toEqual([0, 0, 0])
    const states = heard.flatMap(({ update }) =>
      update.sessionUpdate === 'tool_call_update' ? [`${update.toolCallId} ${update.status}`] : [],
    )
    expect(states).toEqual(['no failed', 'yes in_progress', 'yes completed'])
  })

  it('of a cancelled turn is answered with cancelled, and so is one that comes then', async () => {
    const signals: AbortSignal[] = []
    const { say, agent, sessionId, log } = await startSession(
      {
        cancel: 'ignore',
        turns: [
          [
            { ask: { toolCallId: 'first' }, on: { cancelled: [] } },
            { ask: { toolCallId: 'late' }, on: { cancelled: [{ end: 'cancelled' }] } },
          ],
          [{ ask: { toolCallId: 'next' }, on: { allow: [{ end: 'end_turn' }] } }],
        ],
      },
      {
        onPermission: ({ toolCall }, { signal }: PermissionContext) => {
          signals.push(signal)
          return toolCall.toolCallId === 'next'
            ? Promise.resolve({ outcome: 'selected', optionId: 'allow' })
            : new Promise(() => undefined)
        },
      },
    )
    const turn = say('go')
    await until(() => signals.length === 1)
    agent.cancel(sessionId)
    expect((await turn).stopReason).toBe('cancelled')
    expect((await say('again')).stopReason).toBe('end_turn')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    const answers = log().events.filter(({ event }) => event === 'answer')
    expect(answers.map(({ toolCallId, outcome }) => [toolCallId, outcome])).toEqual([
      ['first', { outcome: 'cancelled' }],
      ['late', { outcome: 'cancelled' }],
      ['next', { outcome: 'selected', optionId: 'allow' }],
    ])
  })

  it('that cannot be decided, is taken back, or makes no sense is answered all the same', async () => {
    const { say, log } = await startSession(
      {
        turns: [
          [
            { ask: { toolCallId: 'broken' }, on: { cancelled: [] } },
            { ask: { toolCallId: 'withdrawn' }, isLeft: true, on: { cancelled: [] } },
            { notify: { method: '$/cancel_request', params: { requestId: 2 } } },
            { ask: { noId: true }, on: { error: [] } },
            {
              request: {
                method: 'fs/read_text_file',
                params: { sessionId: '{sessionId}', path: '/etc/passwd' },
              },
            },
            { request: { method: 'terminal/create', params: { sessionId: '{sessionId}', command: 'id' } } },
            { request: { method: '_vendor/ask', params: {} } },
            { notify: { method: '_vendor/news', params: {} } },
          ],
          [{ text: 'ok' }],
        ],
      },
      {
        onPermission: ({ toolCall }) =>
          toolCall.toolCallId === 'broken' ? Promise.reject(new Error('oops')) : new Promise(() => undefined),
      },
    )
    await say('one')
    await say('two')
    const { received, events } = log()
    const codes = received.flatMap(({ error }) => (error ? [error.code] : []))
    expect(codes).toEqual([-32602, -32601, -32601, -32601])
    const answers = events.filter(({ event }) => event === 'answer')
    expect(answers).toMatchObject([
      { toolCallId: 'broken', outcome: { outcome: 'cancelled' } },
      { toolCallId: 'withdrawn', outcome: { outcome: 'cancelled' } },
      { outcome: { outcome: 'error' } },
    ])
  })
})

describe('a history', () => {
  it('is told as history, and what comes after it as news', async () => {
    const { agent, sessionId, say, folder, agentOptions } = await startSession({
      turns: [[{ tool: { toolCallId: 'c', title: 'Look' } }, { text: 'first answer' }]],
      load: { after: [{ text: 'woke up' }, { usage: { used: 1, size: 2 } }] },
    })
    await say('first words')
    await agent.close()
    const heard: { kind: string; replay: boolean }[] = []
    const again = await openAgent({
      ...agentOptions,
      onUpdate: (update, { replay }) => heard.push({ kind: update.sessionUpdate, replay }),
    })
    await again.loadSession({ sessionId, cwd: folder })
    await until(() => heard.length === 5)
    await again.close()
    expect(heard).toEqual([
      { kind: 'user_message_chunk', replay: true },
      { kind: 'tool_call', replay: true },
      { kind: 'agent_message_chunk', replay: true },
      { kind: 'agent_message_chunk', replay: false },
      { kind: 'usage_update', replay: false },
    ])
  })

  it('may be answered with null, and one that is not there is refused', async () => {
    const { agent, sessionId, folder } = await startSession({ load: { isNull: true } })
    expect(await agent.loadSession({ sessionId, cwd: folder })).toEqual({ sessionId, leftOutMcpServers: [] })
    await expect(agent.loadSession({ sessionId: 'gone', cwd: folder })).rejects.toMatchObject({
      code: -32002,
    })
  })
})

describe('steering', () => {
  it('gets into the turn, and where there is none it is said', async () => {
    const { agent, sessionId, say, heard } = await startSession({
      steering: true,
      turns: [[{ text: 'working' }, { waitFor: 'steer' }, { text: 'heard: {steered}' }]],
    })
    const turn = say('go')
    await until(() => textsOf(heard).includes('working'))
    expect(await agent.steer(sessionId, 'use tabs')).toBe('injected')
    await turn
    expect(textsOf(heard)).toEqual(['working', 'heard: use tabs'])
    expect(await agent.steer(sessionId, 'too late')).toBe('promptRequired')
  })

  it.each([
    ['is not advertised', {}, 1],
    ['is answered with nothing', { steering: { empty: true } }, 2],
    [
      'is no method there',
      { steering: true, refuse: { '_session/steering': { code: -32601, message: 'no' } } },
      2,
    ],
  ])('that %s is no steering', async (_, scenario, told) => {
    const { agent, log } = await start(scenario)
    expect(await agent.steer('s', 'psst')).toBe('unsupported')
    expect(log().received).toHaveLength(told)
  })

  it('whose answer does not say what became of it is an error', async () => {
    const { agent } = await start({ steering: { outcome: 'perhaps' } })
    await expect(agent.steer('s', 'psst')).rejects.toMatchObject({ name: 'AcpError' })
  })
})
