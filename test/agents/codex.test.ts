// codex is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { codex } from '../../local-dev/agents/presets/codex'
import { testsOverAcp } from './over-acp'
import { helpOf, isInHelp, optionsOf, wordsAfter } from './recorded'

describe('codex in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(codex).filter((option) => !isInHelp('codex', option))).toEqual([])
  })

  it('has every sandbox that it is put into', () => {
    for (const sandbox of wordsAfter(codex, '--sandbox')) expect(helpOf('codex')).toContain(sandbox)
  })
})

testsOverAcp(codex)
