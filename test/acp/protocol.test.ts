// An agent that is newer, older or sloppier than the schema is not understood at all, or what it says gets lost.
import { expect, it } from 'vitest'
import {
  InitializeResponse,
  LoadSessionResponse,
  NewSessionResponse,
  PermissionRequest,
  PromptResponse,
  SessionNotification,
} from '../../local-dev/acp/protocol'
import { updateNames } from './schema'

const update = (value: unknown) => SessionNotification.parse({ sessionId: 's', update: value }).update

it('an update that is not known is handed on as it came', () => {
  for (const raw of [{ sessionUpdate: 'dream', about: 1 }, { sessionUpdate: 'tool_call' }, 'text', null])
    expect(update(raw)).toEqual({ sessionUpdate: 'unknown', raw })
})

it('what is wrong in the optional counts as absent, and what is more is kept', () => {
  expect(
    update({
      sessionUpdate: 'tool_call_update',
      toolCallId: 'c',
      kind: 'teleport',
      status: null,
      title: 7,
      locations: [{ path: '/a', line: null }, { line: 3 }, 'x'],
      content: [{ type: 'hologram', depth: 3 }, { text: 'no type' }],
      rawInput: null,
      extra: { a: 1 },
    }),
  ).toEqual({
    sessionUpdate: 'tool_call_update',
    toolCallId: 'c',
    locations: [{ path: '/a' }],
    content: [{ type: 'hologram', depth: 3 }],
    rawInput: null,
    extra: { a: 1 },
  })
})

it('a tool call may end with a word of its own', () => {
  expect(update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'cancelled' })).toMatchObject({
    status: 'cancelled',
  })
})

it('usage without cost, with another currency, with what only one agent has', () => {
  const meta = { '_claude/rateLimit': { status: 'rejected' } }
  expect(
    update({ sessionUpdate: 'usage_update', used: 5, size: null, cost: { amount: '1' }, _meta: meta }),
  ).toEqual({
    sessionUpdate: 'usage_update',
    used: 5,
    _meta: meta,
  })
})

it('choices in groups are choices', () => {
  const option = {
    id: 'm',
    name: 'Model',
    category: 'model',
    type: 'select',
    currentValue: 'a',
    options: [{ group: 'g', name: 'G', options: [{ value: 'a', name: 'A' }] }, { value: 'b', name: 'B' }, {}],
  }
  const { configOptions } = NewSessionResponse.parse({
    sessionId: 's',
    configOptions: [option, { name: 'none' }],
  })
  expect(configOptions?.map(({ options }) => options.map(({ value }) => value))).toEqual([['a', 'b']])
})

it('an agent that says nearly nothing of itself is one', () => {
  const read = InitializeResponse.parse({
    protocolVersion: 1,
    agentInfo: null,
    agentCapabilities: 'many',
    authMethods: {},
  })
  expect(read.agentCapabilities).toBeUndefined()
  expect(InitializeResponse.safeParse(null).success).toBe(false)
})

it('a question is one with options of unknown kinds, and none without its call', () => {
  const options = [{ optionId: 'a', name: 'A', kind: 'allow_today' }, { name: 'no id' }]
  const read = PermissionRequest.parse({ sessionId: 's', toolCall: { toolCallId: 'c', kind: null }, options })
  expect(read.options).toEqual([{ optionId: 'a', name: 'A', kind: 'allow_today' }])
  expect(PermissionRequest.safeParse({ sessionId: 's', options: [] }).success).toBe(false)
})

it('a history may be answered with nothing, and a turn may end for a reason of its own', () => {
  expect([null, undefined, {}].map((answer) => LoadSessionResponse.safeParse(answer).success)).toEqual([
    true,
    true,
    true,
  ])
  expect(PromptResponse.parse({ stopReason: 'bored', usage: { inputTokens: -1, outputTokens: 2 } })).toEqual({
    stopReason: 'bored',
    usage: { outputTokens: 2 },
  })
})

it('every update that the published schema has is known', () => {
  const anything = {
    content: { type: 'text', text: '' },
    toolCallId: 'c',
    entries: [],
    availableCommands: [],
    configOptions: [],
    currentModeId: 'm',
    title: 't',
  }
  expect(
    updateNames.filter((sessionUpdate) => update({ sessionUpdate, ...anything }).sessionUpdate === 'unknown'),
  ).toEqual([])
  expect(updateNames).toContain('tool_call_update')
})
