/** The flags of `run` and `serve --run`, and what they mean for a runner and its agents. */
import { resolve } from 'node:path'
import type { ArgsDef } from 'citty'
import { Drive, PermissionMode } from '../../schemas/agent'
import { splitWords } from '../agents/command-line'
import { isFile } from '../lib/find-program'
import { reasonOf } from '../lib/reason'
import { agentFlag } from './agent-flag'
import { budgetFlags, budgetFrom } from './budget-flags'
import { UsageError } from './exit'

export const runFlags = {
  agent: agentFlag,
  'agent-acp': {
    type: 'string',
    valueHint: 'COMMAND',
    description:
      'What speaks ACP, where the spawn names no agent: a command line of your own; default: MAESTRO_AGENT_ACP',
  },
  model: {
    type: 'string',
    valueHint: 'MODEL',
    description:
      'Model where neither the spawn nor its first task names one; default: as the agent is configured',
  },
  'permission-mode': {
    type: 'string',
    valueHint: PermissionMode.options.join('|'),
    description: 'What agents may do unasked, where the spawn does not say; default: acceptEdits',
  },
  permissions: {
    type: 'string',
    valueHint: 'FILE',
    description: 'Rules beside it, {"deny": [], "ask": [], "allow": []}; also: ~/.maestro/permissions.json',
  },
  'trust-agent': {
    type: 'string',
    valueHint: 'NAME,…',
    description:
      'Start these agents in every permission mode, though they do not ask before they do something',
  },
  unattended: {
    type: 'boolean',
    description: 'Nobody is there to be asked: what would be asked is refused, and a session does not wait',
  },
  drive: {
    type: 'string',
    valueHint: Drive.options.join('|'),
    description:
      'How agents are driven, where the spawn does not say; default: acp where the program for it is found',
  },
  worktree: {
    type: 'boolean',
    description:
      'Give a session a git worktree of its own, on a branch of its own, where the spawn does not say',
  },
  'budget-minutes': {
    ...budgetFlags['budget-minutes'],
    description: 'Minutes of work that a session may use up, where its spawn gives no budget',
  },
  'budget-usd': {
    ...budgetFlags['budget-usd'],
    description: 'US dollars that the models of a session may cost, where its spawn gives no budget',
  },
  'stall-after': {
    type: 'string',
    valueHint: 'MINUTES',
    description: 'So long an agent may be silent until the inbox is told; default: 10',
  },
  max: {
    type: 'string',
    valueHint: 'NUMBER',
    description: 'How many sessions run at once, without those that wait for a person; default: 4',
  },
  'without-tmux': {
    type: 'boolean',
    description: 'Run agents without terminals, even where tmux is installed',
  },
  'log-max': {
    type: 'string',
    valueHint: 'MEGABYTES',
    description: "How long an agent's output.log may become before its middle is left out; default: 64",
  },
  'env-allow': {
    type: 'string',
    valueHint: 'NAME,…',
    description: 'Pass agents only these variables, and what every program needs (PATH, HOME, …)',
  },
} as const satisfies ArgsDef

export type RunFlags = {
  [F in keyof typeof runFlags]?:
    | ((typeof runFlags)[F]['type'] extends 'boolean' ? boolean : string)
    | undefined
}

/** What the flags say. `agentEnv` is for the driver of every session. Throws `UsageError`. */
export const readRunFlags = async (flags: RunFlags, variables: NodeJS.ProcessEnv, cwd: string) => {
  const agent = flags.agent ?? variables.MAESTRO_AGENT
  const permissionMode = oneOf('--permission-mode', PermissionMode, flags['permission-mode'])
  const drive = oneOf('--drive', Drive, flags.drive)
  const agentAcp = readCommand(flags['agent-acp'] ?? (variables.MAESTRO_AGENT_ACP || undefined))
  return {
    maxConcurrent: readWhole('--max', flags.max ?? '4'),
    budget: budgetFrom(flags),
    envAllow: readNames(flags['env-allow']),
    withoutTmux: flags['without-tmux'] === true,
    worktree: flags.worktree === true,
    // Blank counts as absent. What the runner's own variables say of it is none of ours: they may be an outer agent's.
    agentEnv: {
      MAESTRO_AGENT: agent ?? '',
      MAESTRO_AGENT_ACP: agentAcp ?? '',
      MAESTRO_DRIVE: drive ?? '',
      MAESTRO_MODEL: flags.model ?? '',
      MAESTRO_PERMISSION_MODE: permissionMode ?? '',
      MAESTRO_PERMISSIONS: await readPath('--permissions', flags.permissions, cwd),
      MAESTRO_TRUST_AGENT: readAgents(flags['trust-agent']).join(','),
      MAESTRO_UNATTENDED: flags.unattended ? '1' : '',
      MAESTRO_STALL_AFTER: readMinutes('--stall-after', flags['stall-after']),
      MAESTRO_LOG_MAX: String(readWhole('--log-max', flags['log-max'] ?? '64')),
    },
  }
}

const readWhole = (flag: string, text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new UsageError(`${flag} must be a whole number above 0`)
}

/** Of a minute, parts are allowed. */
const readMinutes = (flag: string, text = ''): string => {
  if (text === '' || (/^\d{1,6}(\.\d+)?$/.test(text) && Number(text) > 0)) return text
  throw new UsageError(`${flag} must be a number of minutes above 0`)
}

const oneOf = <T extends string>(
  flag: string,
  choice: { options: readonly T[] },
  text: string | undefined,
): T | undefined => {
  const found = choice.options.find((option) => option === text)
  if (found !== undefined || text === undefined) return found
  throw new UsageError(`${flag} must be one of ${choice.options.join(', ')}`)
}

const readCommand = (line: string | undefined): string | undefined => {
  if (line === undefined) return undefined
  try {
    if (splitWords(line)[0]) return line
  } catch (error) {
    throw new UsageError(`--agent-acp cannot be read: ${reasonOf(error)}`)
  }
  throw new UsageError("--agent-acp must begin with a program, as in 'my-agent --acp'")
}

const readPath = async (flag: string, text: string | undefined, cwd: string): Promise<string> => {
  if (text === undefined) return ''
  const path = resolve(cwd, text)
  if (await isFile(path)) return path
  throw new UsageError(`${flag}: there is no file ${path}`)
}

const readAgents = (text = ''): string[] => {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim())
  if (names.some((name) => name === ''))
    throw new UsageError('--trust-agent must be names of agents: --trust-agent NAME,OTHER_NAME')
  return names
}

const readNames = (text: string | undefined): string[] | undefined => {
  const names = text?.split(',').map((name) => name.trim())
  const wrong = names?.find((name) => !/^[A-Za-z_]\w*$/.test(name))
  if (wrong !== undefined)
    throw new UsageError(
      `--env-allow has "${wrong}", which is no variable's name: --env-allow NAME,OTHER_NAME`,
    )
  return names
}
