/** How the agents that we know are called. What they are told is the same for all. */

/** What an agent is asked to do. */
export interface Order {
  /** All of its instructions: role, tasks, skills, how to report. */
  prompt: string
  promptFile: string
  /** Whether a person can sit before it: then it stays open for them, else it works and ends. */
  interactive: boolean
  /** `haiku`, `sonnet` or `opus`. */
  model: string
  /** In the words of the manifest, such as `acceptEdits`; undefined: as the agent is configured. */
  permissionMode: string | undefined
}

interface Preset {
  /** The program, and what it is called with. */
  command(order: Order): string[]
  /** Whether it stays open when it has nothing more to do. */
  staysOpen: boolean
}

/** One argument of a program holds at most 128 KiB on Linux (MAX_ARG_STRLEN); this leaves room for more words. */
const longestArgument = 100_000

/** What is said where the prompt itself goes: a short text if it is too long, never something like an option. */
export const argumentFor = ({ prompt, promptFile }: Pick<Order, 'prompt' | 'promptFile'>): string => {
  if (Buffer.byteLength(prompt) > longestArgument)
    return `Your instructions are in the file ${promptFile}. Read all of it first, then do what it says.`
  return prompt.startsWith('-') ? `\n${prompt}` : prompt
}

/** All of them may run the `maestro` command without asking: reporting is the one thing that everybody allows. */
const known: Readonly<Record<string, Preset>> = {
  claude: {
    staysOpen: true,
    command: (order) => [
      'claude',
      ...(order.interactive ? [] : ['--print']),
      ...['--allowedTools', 'Bash(maestro:*)'],
      ...['--model', order.model],
      ...option('--permission-mode', order.permissionMode),
      // As a part of the system prompt it is not lost when a long conversation is summarised.
      ...['--append-system-prompt', argumentFor(order)],
      'Begin with your tasks, as your instructions say.',
    ],
  },
  codex: {
    staysOpen: true,
    command: (order) => [
      'codex',
      ...(order.interactive ? [] : ['exec', '--skip-git-repo-check']),
      ...codexSandbox(order),
      argumentFor(order),
    ],
  },
  gemini: {
    staysOpen: true,
    command: (order) => [
      'gemini',
      ...option('--approval-mode', order.permissionMode && geminiModes[order.permissionMode]),
      ...['--allowed-tools', 'run_shell_command(maestro)'],
      ...[order.interactive ? '--prompt-interactive' : '--prompt', argumentFor(order)],
    ],
  },
  opencode: {
    staysOpen: true,
    command: (order) =>
      order.interactive
        ? ['opencode', '--prompt', argumentFor(order)]
        : ['opencode', 'run', argumentFor(order)],
  },
}

/** In the order in which they are looked for when nobody said which. */
export const knownAgents = Object.keys(known)

export const presetOf = (name: string): Preset | undefined =>
  Object.hasOwn(known, name) ? known[name] : undefined

const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value])

/** Its sandbox cuts the network off by default, and with it the server that it is to report to. */
const codexSandbox = ({ permissionMode, interactive }: Order): string[] => {
  if (permissionMode === 'bypassPermissions') return ['--dangerously-bypass-approvals-and-sandbox']
  const sandbox = permissionMode === 'plan' ? 'read-only' : 'workspace-write'
  return [
    ...['--sandbox', sandbox],
    ...['--config', 'sandbox_workspace_write.network_access=true'],
    ...(interactive ? ['--ask-for-approval', 'on-request'] : []),
  ]
}

const geminiModes: Readonly<Record<string, string>> = {
  default: 'default',
  acceptEdits: 'auto_edit',
  bypassPermissions: 'yolo',
  plan: 'plan',
}
