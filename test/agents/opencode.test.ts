// opencode is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { opencode } from '../../local-dev/agents/presets/opencode'
import { answerTo, askedKinds, Handshake, isInHelp, missingModes, optionsOf } from './recorded'

describe('opencode in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(opencode).filter((option) => !isInHelp('opencode', option))).toEqual([])
  })
})

describe('opencode over ACP', () => {
  it('is the version that was recorded, goes on after a restart, and cannot be steered', () => {
    const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo('opencode', 'initialize'))
    expect(agentInfo?.version).toBe(opencode.acp?.npm.version)
    expect(agentCapabilities.loadSession).toBe(true)
    expect(_meta?.steering?.supported ?? false).toBe(opencode.acp?.steering)
  })

  it('has each mode that it is set to', () => {
    expect(missingModes(opencode)).toEqual([])
  })

  it('asks before it writes and before it runs something', () => {
    expect(askedKinds('opencode')).toEqual(['edit', 'execute'])
  })
})
