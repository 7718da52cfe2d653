// claude is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { claude } from '../../local-dev/agents/presets/claude'
import {
  answerTo,
  askedKinds,
  Handshake,
  helpOf,
  isInHelp,
  missingModes,
  optionsOf,
  wordsAfter,
} from './recorded'

describe('claude in a terminal', () => {
  it('has every option that it is called with', () => {
    const missing = optionsOf(claude).filter((option) => !isInHelp('claude', option))
    expect(missing).toEqual(['--append-system-prompt-file'])
    expect(helpOf('claude')).toMatch(/^Error: Append system prompt file not found/m)
  })

  it('has every permission mode that it is set to', () => {
    for (const mode of wordsAfter(claude, '--permission-mode'))
      expect(helpOf('claude')).toContain(`"${mode}"`)
  })
})

describe('claude over ACP', () => {
  it('is the version that was recorded, goes on after a restart, and can be steered', () => {
    const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo('claude', 'initialize'))
    expect(agentInfo?.version).toBe(claude.acp?.npm.version)
    expect(agentCapabilities.loadSession).toBe(true)
    expect(_meta?.steering?.supported ?? false).toBe(claude.acp?.steering)
  })

  it('has each mode that it is set to', () => {
    expect(missingModes(claude)).toEqual([])
  })

  it('asks before it writes and before it runs something', () => {
    expect(askedKinds('claude')).toEqual(['edit', 'execute'])
  })
})
