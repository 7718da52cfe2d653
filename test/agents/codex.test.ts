// codex is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { codex } from '../../local-dev/agents/presets/codex'
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

describe('codex in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(codex).filter((option) => !isInHelp('codex', option))).toEqual([])
  })

  it('has every sandbox that it is put into', () => {
    for (const sandbox of wordsAfter(codex, '--sandbox')) expect(helpOf('codex')).toContain(sandbox)
  })
})

describe('codex over ACP', () => {
  it('is the version that was recorded, goes on after a restart, and can be steered', () => {
    const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo('codex', 'initialize'))
    expect(agentInfo?.version).toBe(codex.acp?.npm.version)
    expect(agentCapabilities.loadSession).toBe(true)
    expect(_meta?.steering?.supported ?? false).toBe(codex.acp?.steering)
  })

  it('has each mode that it is set to', () => {
    expect(missingModes(codex)).toEqual([])
  })

  it('asks before it writes and before it runs something', () => {
    expect(askedKinds('codex')).toEqual(['edit', 'execute'])
  })
})
