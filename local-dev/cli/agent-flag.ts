import type { StringArgDef } from 'citty'

export const agentFlag = {
  type: 'string',
  valueHint: 'AGENT',
  description:
    'claude, codex, gemini, opencode, qwen, demo, or a command line with {prompt} or {promptFile}; default: MAESTRO_AGENT, else the first of them on PATH',
} as const satisfies StringArgDef
