/** The agents that are supported by name: how each is called with a prompt. */

import { AgentStartError } from './start-error'

/** What an agent is called with. */
export interface AgentInvocation {
  /** All of its instructions: role, tasks, skills, how to report. */
  prompt: string
  promptFile: string
  /** Whether it runs on a terminal, and stays open for a person; else it works and exits. */
  interactive: boolean
  /** In the agent's own words; undefined: as the agent is configured. */
  model: string | undefined
  /** As in the manifest, such as `acceptEdits`; undefined: as the agent is configured. */
  permissionMode: string | undefined
}

interface Preset {
  /** The program and its arguments. */
  command(invocation: AgentInvocation): string[]
  /** Whether it stays open when it has nothing more to do. */
  staysOpen: boolean
}

/** One argument of a program holds at most 128 KiB on Linux (MAX_ARG_STRLEN); this leaves room for more words. */
const maxArgumentBytes = 100_000

/** The prompt as an argument: if it is too long, a text that names its file; never something like an option. */
export const promptArgument = ({
  prompt: given,
  promptFile,
}: Pick<AgentInvocation, 'prompt' | 'promptFile'>): string => {
  // An argument ends at its first NUL: no program could be started with one.
  const prompt = given.replaceAll('\0', '')
  if (Buffer.byteLength(prompt) > maxArgumentBytes)
    return `Your instructions are in the file ${promptFile}. Read all of it first, then do what it says.`
  return prompt.startsWith('-') ? `\n${prompt}` : prompt
}

/** All of them may run the `maestro` command without asking, or they could not report. */
const presets: Readonly<Record<string, Preset>> = {
  claude: {
    staysOpen: true,
    command: (invocation) => [
      'claude',
      ...(invocation.interactive ? [] : ['--print']),
      ...['--allowedTools', 'Bash(maestro:*)'],
      ...flag('--model', invocation.model),
      ...flag('--permission-mode', invocation.permissionMode),
      // As a part of the system prompt it is not lost when a long conversation is summarised.
      ...['--append-system-prompt', promptArgument(invocation)],
      'Begin with your tasks, as your instructions say.',
    ],
  },
  codex: {
    staysOpen: true,
    command: (invocation) => [
      'codex',
      ...(invocation.interactive ? [] : ['exec', '--skip-git-repo-check']),
      ...codexSandbox(invocation),
      promptArgument(invocation),
    ],
  },
  gemini: {
    staysOpen: true,
    command: (invocation) => [
      'gemini',
      ...flag('--approval-mode', geminiModes.get(invocation.permissionMode ?? '')),
      ...['--allowed-tools', 'run_shell_command(maestro)'],
      ...[invocation.interactive ? '--prompt-interactive' : '--prompt', promptArgument(invocation)],
    ],
  },
  opencode: {
    staysOpen: true,
    command: (invocation) =>
      invocation.interactive
        ? ['opencode', '--prompt', promptArgument(invocation)]
        : ['opencode', 'run', promptArgument(invocation)],
  },
}

/** In the order in which they are looked for when nobody said which. */
export const presetNames = Object.keys(presets)

export const presetOf = (name: string): Preset | undefined =>
  Object.hasOwn(presets, name) ? presets[name] : undefined

/** The value may come from whoever called the API: it must not be an option of its own. */
const flag = (name: string, value: string | undefined): string[] => {
  if (value === undefined) return []
  if (!value.startsWith('-')) return [name, value]
  throw new AgentStartError(64, `"${value}" cannot be a value of ${name}: it begins with -`)
}

/** Its sandbox cuts the network off by default, and with it the server that it is to report to. */
const codexSandbox = ({ permissionMode, interactive }: AgentInvocation): string[] => {
  if (permissionMode === 'bypassPermissions') return ['--dangerously-bypass-approvals-and-sandbox']
  const sandbox = permissionMode === 'plan' ? 'read-only' : 'workspace-write'
  return [
    ...['--sandbox', sandbox],
    ...['--config', 'sandbox_workspace_write.network_access=true'],
    ...(interactive ? ['--ask-for-approval', 'on-request'] : []),
  ]
}

const geminiModes: ReadonlyMap<string, string> = new Map([
  ['default', 'default'],
  ['acceptEdits', 'auto_edit'],
  ['auto', 'auto_edit'],
  ['bypassPermissions', 'yolo'],
  ['plan', 'plan'],
])
