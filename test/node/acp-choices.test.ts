// A dearer model works than was chosen, in another mode, without the tools that it was given.
import { describe, expect, it } from 'vitest'
import { ModelUnknown } from '../../local-dev/acp/errors'
import { start, startSession } from './acp-fixture'

describe('a model', () => {
  const configOptions = [
    {
      id: 'model',
      name: 'Model',
      category: 'model',
      type: 'select',
      currentValue: 'big',
      options: [
        { value: 'big', name: 'Big' },
        { value: 'vendor/small', name: 'Small' },
      ],
    },
  ]
  const models = {
    currentModelId: 'big',
    availableModels: [{ modelId: 'big', name: 'Big' }, { modelId: 'small' }],
  }

  it.each([
    ['vendor/small', 'vendor/small'],
    ['SMALL', 'vendor/small'],
    ['small', 'vendor/small'],
    ['big', 'big'],
  ])('%s is set where it can be chosen, and read back', async (wanted, model) => {
    const { agent, sessionId, log } = await startSession({ configOptions, models })
    expect(await agent.setModel(sessionId, wanted)).toEqual({ model })
    expect(log().received.at(-1)).toMatchObject({
      method: 'session/set_config_option',
      params: { value: model },
    })
  })

  it('is set in the old way where there is no other', async () => {
    const { agent, sessionId, log, state } = await startSession({ models })
    expect(state.models).toEqual(models)
    expect(await agent.setModel(sessionId, 'small')).toEqual({ model: 'small' })
    expect(log().received.at(-1)).toMatchObject({ method: 'session/set_model', params: { modelId: 'small' } })
  })

  it.each([
    ['that it does not have', { configOptions }, 'huge', ['big', 'vendor/small']],
    ['where there is no choice', {}, 'big', []],
    ['that it does not take', { configOptions, stubborn: true }, 'small', ['big', 'vendor/small']],
    ['that it does not take in the old way', { models, stubborn: true }, 'small', ['big', 'small']],
    [
      'that it refuses',
      { configOptions, refuse: { 'session/set_config_option': { code: -32602, message: 'no' } } },
      'small',
      ['big', 'vendor/small'],
    ],
  ])('%s is refused, with what there is', async (_, scenario, wanted, available) => {
    const { agent, sessionId } = await startSession(scenario)
    const error = await agent.setModel(sessionId, wanted).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ModelUnknown)
    expect(error).toMatchObject({ available, message: expect.stringContaining(wanted) })
  })
})

it('a mode is set by what the agent has: modes, or an option', async () => {
  const modes = {
    currentModeId: 'ask',
    availableModes: [
      { id: 'ask', name: 'Ask' },
      { id: 'plan', name: 'Plan' },
    ],
  }
  const option = {
    id: 'm',
    name: 'Mode',
    category: 'mode',
    type: 'select',
    currentValue: 'ask',
    options: [
      { value: 'ask', name: 'Ask' },
      { value: 'plan', name: 'Plan' },
    ],
  }
  for (const [scenario, method] of [
    [{ modes, configOptions: [option] }, 'session/set_mode'],
    [{ configOptions: [option] }, 'session/set_config_option'],
  ] as const) {
    const { agent, sessionId, log } = await startSession(scenario)
    await agent.setMode(sessionId, 'plan')
    expect(log().received.at(-1)?.method).toBe(method)
    await expect(agent.setMode(sessionId, 'none')).rejects.toMatchObject({ code: -32602 })
  }
})

describe('MCP servers', () => {
  const mcpServers = [
    { name: 'files', command: '/bin/files', args: ['-x'], env: [{ name: 'A', value: '1' }] },
    { type: 'http' as const, name: 'web', url: 'http://127.0.0.1:1/mcp', headers: [] },
    { type: 'sse' as const, name: 'old', url: 'http://127.0.0.1:1/sse', headers: [] },
  ]

  it('are handed over where their kind is known, again with a history, and it is said which are not', async () => {
    const { agent, folder, log } = await start({
      initialize: { agentCapabilities: { loadSession: true, mcpCapabilities: { http: true } } },
    })
    const created = await agent.newSession({ cwd: folder, mcpServers })
    const loaded = await agent.loadSession({ sessionId: created.sessionId, cwd: folder, mcpServers })
    expect([created.leftOutMcpServers, loaded.leftOutMcpServers]).toEqual([['old'], ['old']])
    for (const { params } of log().received.slice(1))
      expect(params?.mcpServers).toEqual(mcpServers.slice(0, 2))
  })
})
