// What every agent that is driven over ACP must have said when it was recorded.
import { describe, expect, it } from 'vitest'
import type { Preset } from '../../local-dev/agents/presets'
import { answerTo, askedKinds, Handshake, missingModes } from './recorded'

/** Tests a preset against the recording of its agent. */
export const testsOverAcp = (preset: Preset): void => {
  describe(`${preset.name} over ACP`, () => {
    const { name, acp } = preset

    it(`is the version that was recorded, goes on after a restart, and ${acp?.steering ? 'can' : 'cannot'} be steered`, () => {
      const { agentInfo, agentCapabilities, _meta } = Handshake.parse(answerTo(name, 'initialize'))
      expect(agentInfo?.version).toBe(acp?.npm.version)
      expect(agentCapabilities.loadSession).toBe(true)
      expect(_meta?.steering?.supported ?? false).toBe(acp?.steering)
    })

    it('has each mode that it is set to', () => {
      expect(missingModes(preset)).toEqual([])
    })

    it('asks before it writes and before it runs something', () => {
      expect(askedKinds(name)).toEqual(['edit', 'execute'])
    })
  })
}
