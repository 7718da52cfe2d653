// opencode is called with an option that it does not have, or does what it likes.
import { describe, expect, it } from 'vitest'
import { opencode } from '../../local-dev/agents/presets/opencode'
import { testsOverAcp } from './over-acp'
import { isInHelp, optionsOf } from './recorded'

describe('opencode in a terminal', () => {
  it('has every option that it is called with', () => {
    expect(optionsOf(opencode).filter((option) => !isInHelp('opencode', option))).toEqual([])
  })
})

testsOverAcp(opencode)
