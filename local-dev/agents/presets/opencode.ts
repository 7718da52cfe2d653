import { flag, inheritedJson, type Preset, promptArgument } from './preset'

export const opencode: Preset = {
  name: 'opencode',
  terminal: {
    program: 'opencode',
    package: 'opencode-ai',
    staysOpen: true,
    command: (invocation) => [
      'opencode',
      ...(invocation.interactive ? [] : ['run']),
      ...flag('--model', invocation.model),
      ...(invocation.permissionMode === 'plan' ? ['--agent', 'plan'] : []),
      ...(invocation.interactive ? ['--prompt', promptArgument(invocation)] : [promptArgument(invocation)]),
    ],
    env: ({ permissionMode }) => {
      const permission = permissions.get(permissionMode ?? '')
      return permission ? { OPENCODE_PERMISSION: JSON.stringify(permission) } : {}
    },
    cannotKeep: [
      'auto: it runs every command unasked, also with the network',
      'without a terminal it ends at the first thing that it would ask',
    ],
  },
  acp: {
    program: 'opencode',
    args: ['acp'],
    npm: { package: 'opencode-ai', version: '1.18.33', needsScript: true },
    env: ({ OPENCODE_CONFIG_CONTENT }) => ({
      OPENCODE_CONFIG_CONTENT: JSON.stringify(askingConfig(inheritedJson(OPENCODE_CONFIG_CONTENT))),
      OPENCODE_PERMISSION: JSON.stringify(asking),
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    }),
    sessionMode: (mode) => (mode === 'plan' ? 'plan' : 'build'),
    asks: { versions: '>=1.18.33' },
    login: 'opencode auth login',
    steering: false,
    cannotKeep: ['it reads without asking'],
  },
}

const reports = { 'maestro *': 'allow' }

const permissions: ReadonlyMap<string, object> = new Map([
  ['plan', { bash: { '*': 'ask', ...reports }, edit: 'ask', webfetch: 'ask' }],
  ['default', { bash: { '*': 'ask', ...reports }, edit: 'ask', webfetch: 'ask' }],
  ['acceptEdits', { bash: { '*': 'ask', ...reports }, edit: 'allow', webfetch: 'ask' }],
  ['auto', { bash: 'allow', edit: 'allow', webfetch: 'ask' }],
  ['bypassPermissions', { '*': 'allow' }],
])

/** Each tool by name, since what the user has for a tool would else beat what is said for all. */
const asking = Object.fromEntries([
  ...[
    '*',
    'edit',
    'bash',
    'webfetch',
    'websearch',
    'codesearch',
    'external_directory',
    'task',
    'skill',
    'lsp',
  ].map((tool) => [tool, 'ask']),
  ...['read', 'list', 'glob', 'grep', 'todowrite', 'todoread'].map((tool) => [tool, 'allow']),
])

/** The user may also have allowed something to one of its agents, which its modes are. */
const askingConfig = (config: Record<string, unknown>) => ({
  ...config,
  permission: asking,
  agent: {
    ...inheritedJson(JSON.stringify(config.agent)),
    build: { permission: asking },
    plan: { permission: { ...asking, edit: 'deny' } },
  },
})
