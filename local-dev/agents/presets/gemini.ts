import { dirname, join } from 'node:path'
import { type AgentInvocation, type AskedToolCall, flag, type Preset, promptArgument } from './preset'
import { isAtLeast } from './versions'

const policyName = 'gemini-policy.toml'

const askName = 'ask.toml'

/** Beats what user and project allow. */
const askPolicy = `[[rule]]
toolName = ["run_shell_command", "write_file", "replace", "web_fetch", "google_web_search", "invoke_agent"]
decision = "ask_user"
priority = 999

[[rule]]
toolName = "*"
mcpName = "*"
decision = "ask_user"
priority = 999
`

/** It shows a command as the title of the question, all of it, and where it is to run in the text beneath. */
const rawInputOf = ({ toolCallId, title, kind, content }: AskedToolCall, version: string | undefined) => {
  const isCommand = kind === 'execute' && toolCallId.startsWith('run_shell_command__')
  if (!isCommand || title === undefined || version === undefined || !isAtLeast(version, '0.61.0'))
    return undefined
  const [, folder, rest] =
    /^\[(?:in |current working directory )([^\]]+)\](.*)/.exec(content?.[0]?.content?.text ?? '') ?? []
  return folder === undefined || rest?.includes('[background]')
    ? undefined
    : { command: title, dir_path: folder }
}

export const gemini: Preset = {
  name: 'gemini',
  terminal: {
    program: 'gemini',
    package: '@google/gemini-cli',
    staysOpen: true,
    command: (invocation) => [
      'gemini',
      // It exits with 55 in a folder that nobody has trusted yet.
      '--skip-trust',
      ...flag('--model', invocation.model),
      ...flag('--approval-mode', modes.get(invocation.permissionMode ?? '')),
      ...(hasPolicies(invocation)
        ? ['--policy', join(dirname(invocation.promptFile), policyName)]
        : ['--allowed-tools', 'run_shell_command(maestro)']),
      ...[invocation.interactive ? '--prompt-interactive' : '--prompt', promptArgument(invocation)],
    ],
    files: (invocation) => (hasPolicies(invocation) ? { [policyName]: policyFor(invocation) } : {}),
    cannotKeep: ['without a terminal what it would ask is refused'],
  },
  acp: {
    program: 'gemini',
    args: ['--acp', '--skip-trust', '--admin-policy', `{files}/${askName}`],
    files: { [askName]: askPolicy },
    npm: { package: '@google/gemini-cli', version: '0.61.0' },
    sessionMode: () => 'default',
    rawInputOf,
    asks: { versions: '>=0.61.0' },
    login: 'gemini',
    steering: false,
    cannotKeep: [
      'it reads without asking',
      'a session that is loaded within the minute in which it began has lost what it was told',
    ],
  },
}

/** `--allowed-tools` goes away in 1.0. */
const hasPolicies = ({ version }: AgentInvocation): boolean =>
  version === undefined || isAtLeast(version, '0.61.0')

const modes: ReadonlyMap<string, string> = new Map([
  ['default', 'default'],
  ['acceptEdits', 'auto_edit'],
  ['auto', 'auto_edit'],
  ['bypassPermissions', 'yolo'],
  ['plan', 'plan'],
])

/** It must be able to report in every mode, and with our `auto` to commit, build and test. */
const policyFor = ({ permissionMode }: AgentInvocation): string =>
  [
    'maestro',
    ...(permissionMode === 'auto'
      ? ['git add', 'git commit', 'git status', 'git diff', 'git log', 'npm test', 'npm run', 'make']
      : []),
  ]
    .map(
      (prefix) =>
        `[[rule]]\ntoolName = "run_shell_command"\ncommandPrefix = "${prefix}"\ndecision = "allow"\npriority = 900\n`,
    )
    .join('\n')
