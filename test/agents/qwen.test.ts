// qwen does what it likes, and nobody is told.
import { describe, expect, it } from 'vitest'
import { qwen } from '../../local-dev/agents/presets/qwen'
import { answerTo, askedKinds, Handshake, missingModes } from './recorded'

it('qwen has no terminal', () => {
  expect(qwen.terminal).toBeUndefined()
})

describe('qwen over ACP', () => {
  it('is the version that was recorded, goes on after a restart, and cannot be steered', () => {
    const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo('qwen', 'initialize'))
    expect(agentInfo?.version).toBe(qwen.acp?.npm.version)
    expect(agentCapabilities.loadSession).toBe(true)
    expect(_meta?.steering?.supported ?? false).toBe(qwen.acp?.steering)
  })

  it('has each mode that it is set to', () => {
    expect(missingModes(qwen)).toEqual([])
  })

  it('asks before it writes and before it runs something', () => {
    expect(askedKinds('qwen')).toEqual(['edit', 'execute'])
  })
})
