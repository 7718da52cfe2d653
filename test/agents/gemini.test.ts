// gemini is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { gemini } from '../../local-dev/agents/presets/gemini'
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

describe('gemini in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(gemini).filter((option) => !isInHelp('gemini', option))).toEqual([])
  })

  it('has every approval mode that it is set to', () => {
    for (const mode of wordsAfter(gemini, '--approval-mode')) expect(helpOf('gemini')).toContain(`"${mode}"`)
  })
})

describe('gemini over ACP', () => {
  it('is the version that was recorded, goes on after a restart, and cannot be steered', () => {
    const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo('gemini', 'initialize'))
    expect(agentInfo?.version).toBe(gemini.acp?.npm.version)
    expect(agentCapabilities.loadSession).toBe(true)
    expect(_meta?.steering?.supported ?? false).toBe(gemini.acp?.steering)
  })

  it('has each mode that it is set to', () => {
    expect(missingModes(gemini)).toEqual([])
  })

  it('asks before it writes and before it runs something', () => {
    expect(askedKinds('gemini')).toEqual(['edit', 'execute'])
  })
})
