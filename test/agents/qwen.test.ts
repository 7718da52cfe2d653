// qwen does what it likes, and nobody is told.
import { expect, it } from 'vitest'
import { qwen } from '../../local-dev/agents/presets/qwen'
import { testsOverAcp } from './over-acp'

it('qwen has no terminal', () => {
  expect(qwen.terminal).toBeUndefined()
})

testsOverAcp(qwen)
