// claude is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { claude } from '../../local-dev/agents/presets/claude'
import { testsOverAcp } from './over-acp'
import { helpOf, isInHelp, offeredModes, optionsOf, wordsAfter } from './recorded'

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

testsOverAcp(claude)

it('claude over ACP has no mode in which it asks nothing, whoever would choose it', () => {
  expect(offeredModes('claude')).not.toContain('bypassPermissions')
})
