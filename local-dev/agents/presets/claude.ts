import { dirname, join } from 'node:path'
import { shellQuote } from '../../lib/shell-word'
import { type AgentInvocation, beginPrompt, flag, type Preset } from './preset'

const settingsName = 'claude-settings.json'

export const claude: Preset = {
  name: 'claude',
  terminal: {
    program: 'claude',
    package: '@anthropic-ai/claude-code',
    staysOpen: true,
    hooks: true,
    command: (invocation) => [
      'claude',
      ...(invocation.interactive ? ['--settings', besidePrompt(invocation, settingsName)] : ['--print']),
      // It must be able to report in every mode.
      ...['--allowedTools', ['Bash(maestro:*)', ...allowedCommands(invocation)].join(',')],
      ...flag('--model', invocation.model),
      ...flag('--permission-mode', modes.get(invocation.permissionMode ?? '') ?? invocation.permissionMode),
      // As a part of the system prompt it is not lost when a long conversation is summarised, and `ps` does not show it.
      ...['--append-system-prompt-file', invocation.promptFile],
      beginPrompt,
    ],
    files: (invocation) =>
      invocation.interactive ? { [settingsName]: JSON.stringify(hookSettings(invocation), null, 2) } : {},
    cannotKeep: [
      'auto: of commands it runs only git and the usual builds and tests unasked',
      'without a terminal what it would ask is refused',
    ],
  },
  acp: {
    program: 'claude-agent-acp',
    args: [],
    npm: { package: '@agentclientprotocol/claude-agent-acp', version: '0.101.0' },
    // Its mode that asks nothing is not there, whoever chooses it; and as root it starts, whatever IS_SANDBOX says.
    sessionMeta: { claudeCode: { options: { settingSources: [], allowDangerouslySkipPermissions: false } } },
    sessionMode: (mode) => (mode === 'plan' ? 'plan' : 'default'),
    asks: { versions: '>=0.101.0' },
    login: 'claude /login',
    steering: true,
    cannotKeep: [
      'it reads, and runs commands that it takes for harmless (ls, cat, git status), without asking',
    ],
  },
}

const besidePrompt = ({ promptFile }: AgentInvocation, name: string): string =>
  join(dirname(promptFile), name)

/** Its own `auto` leaves the decision to a model, and is not there for everybody. */
const modes: ReadonlyMap<string, string> = new Map([['auto', 'acceptEdits']])

/** With our `auto` it works to the end without a person: commits, builds and tests. */
const allowedCommands = ({ permissionMode }: AgentInvocation): string[] =>
  permissionMode === 'auto'
    ? [
        ...['git add', 'git commit', 'git status', 'git diff', 'git log', 'git show', 'git mv', 'git rm'],
        ...['npm test', 'npm run', 'pnpm test', 'pnpm run', 'yarn test', 'yarn run', 'make', 'cargo', 'go'],
      ].map((prefix) => `Bash(${prefix}:*)`)
    : []

/** Says when it waits for a person, and when it goes on. A hook that fails would be shown to the agent: this one does not. */
const hookSettings = (invocation: AgentInvocation) => {
  const state = shellQuote(besidePrompt(invocation, 'hook.json'))
  const call = `maestro hook ${state}`
  const always = [{ hooks: [{ type: 'command', command: call, timeout: 30 }] }]
  // Most tools are not asked for: a process for each of them would be too much.
  const ifAsked = [{ hooks: [{ type: 'command', command: `[ ! -e ${state} ] || ${call}`, timeout: 30 }] }]
  return {
    hooks: {
      UserPromptSubmit: always,
      PermissionRequest: always,
      Notification: always,
      Stop: always,
      PostToolUse: ifAsked,
    },
  }
}
