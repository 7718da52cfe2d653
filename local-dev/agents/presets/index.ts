/** The agents that are supported by name, in the order in which they are looked for when nobody said which. */
import { claude } from './claude'
import { codex } from './codex'
import { gemini } from './gemini'
import { opencode } from './opencode'
import type { Preset } from './preset'
import { qwen } from './qwen'

export const presets: readonly Preset[] = [claude, codex, gemini, opencode, qwen]

export const presetNames = presets.map(({ name }) => name)

export const presetOf = (name: string): Preset | undefined => presets.find((preset) => preset.name === name)

export type { AcpPreset, AgentInvocation, Preset, TerminalPreset } from './preset'
export { filesFolder, promptArgument } from './preset'
