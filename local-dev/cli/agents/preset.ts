import type { AcpPreset, Preset } from '../../agents/presets'
import { presetOf, presets } from '../../agents/presets'
import { UsageError } from '../exit'

export const nameArgument = {
  type: 'positional',
  required: true,
  valueHint: presets.map(({ name }) => name).join('|'),
  description: 'The agent',
} as const

/** The agent of this name, which can be driven over ACP. Throws `UsageError`. */
export const acpPresetOf = (name: string): Preset & { acp: AcpPreset } => {
  const preset = presetOf(name)
  if (!preset)
    throw new UsageError(`There is no agent "${name}": one of ${presets.map(({ name }) => name).join(', ')}`)
  const { acp } = preset
  if (!acp) throw new UsageError(`The agent ${name} cannot be driven over ACP`)
  return { ...preset, acp }
}
