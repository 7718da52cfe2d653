// gemini is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { gemini } from '../../local-dev/agents/presets/gemini'
import { testsOverAcp } from './over-acp'
import { helpOf, isInHelp, optionsOf, wordsAfter } from './recorded'

describe('gemini in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(gemini).filter((option) => !isInHelp('gemini', option))).toEqual([])
  })

  it('has every approval mode that it is set to', () => {
    for (const mode of wordsAfter(gemini, '--approval-mode')) expect(helpOf('gemini')).toContain(`"${mode}"`)
  })
})

testsOverAcp(gemini)
