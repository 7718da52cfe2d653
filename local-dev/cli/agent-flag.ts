import type { StringArgDef } from 'citty'
import { presetNames } from '../agents/presets'

export const agentFlag = {
  type: 'string',
  valueHint: 'AGENT',
  description: `${presetNames.join(', ')}, demo, or a command line with {prompt} or {promptFile}; default: MAESTRO_AGENT, else the first of them on PATH`,
} as const satisfies StringArgDef
