// The check that every message of ours is held to would let everything through.

import type * as sdk from '@agentclientprotocol/sdk'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { McpServer, PermissionOutcome, PromptBlock } from '../../local-dev/acp/agent'
import { clientProblems } from './schema'

const problems = (message: object, asked?: string) =>
  clientProblems([{ jsonrpc: '2.0', ...message }], () => asked)

describe('the published schema', () => {
  it.each([
    { id: 1, method: 'session/new', params: { cwd: '/', mcpServers: [] } },
    { id: 1, method: 'session/set_config_option', params: { sessionId: 's', configId: 'c', value: 'v' } },
    { method: 'session/cancel', params: { sessionId: 's' } },
    { id: 1, error: { code: -32601, message: 'no such method' } },
  ])('takes %j', (message) => {
    expect(problems(message)).toEqual([])
  })

  it.each([
    { id: 1, method: 'session/new', params: { cwd: '/' } },
    { id: 1, method: 'session/new', params: { cwd: '/', mcpServers: [], model: 'x' } },
    { id: 1, method: 'session/prompt', params: { sessionId: 's', prompt: [{ type: 'words', text: 't' }] } },
    { id: 1, method: 'session/cancel', params: { sessionId: 's' } },
    { id: 1, method: 'session/inject', params: {} },
    { id: 1, method: '_session/steering', params: { sessionId: 's', prompt: [], _meta: {} } },
    { id: 1.5, result: {} },
    { id: 1, error: { message: 'no code' } },
    { id: 1 },
  ])('refuses %j', (message) => {
    expect(problems(message)).not.toEqual([])
  })

  it('knows what a question may be answered with', () => {
    const answer = (outcome: object) => problems({ id: 1, result: { outcome } }, 'session/request_permission')
    expect(answer({ outcome: 'selected', optionId: 'a' })).toEqual([])
    expect(answer({ outcome: 'cancelled' })).toEqual([])
    expect(answer({ outcome: 'selected' })).not.toEqual([])
    expect(problems({ id: 1, result: {} }, 'terminal/unheard_of')).not.toEqual([])
  })
})

it('what can be said here, the protocol can say', () => {
  expectTypeOf<PromptBlock>().toExtend<sdk.ContentBlock>()
  expectTypeOf<Extract<McpServer, { command: string }>>().toExtend<sdk.McpServerStdio>()
  expectTypeOf<Extract<McpServer, { url: string }>>().toExtend<sdk.McpServerHttp>()
  expectTypeOf<PermissionOutcome>().toExtend<sdk.RequestPermissionOutcome>()
})
