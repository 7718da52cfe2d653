import { join } from 'node:path'
import { type AgentInvocation, flag, inheritedJson, type Preset, promptArgument } from './preset'

export const codex: Preset = {
  name: 'codex',
  terminal: {
    program: 'codex',
    package: '@openai/codex',
    staysOpen: true,
    command: (invocation) => [
      'codex',
      ...(invocation.interactive ? [] : ['exec', '--skip-git-repo-check']),
      // A login shell reads /etc/profile, which takes our command off PATH.
      ...['--config', 'allow_login_shell=false'],
      ...flag('--model', invocation.model),
      ...sandbox(invocation),
      promptArgument(invocation),
    ],
    cannotKeep: [
      'plan: its sandbox has no network then, so it cannot report',
      'default and acceptEdits: its sandbox keeps .git read-only, so it cannot commit',
      'without a terminal what it would ask is refused',
    ],
  },
  acp: {
    program: 'codex-acp',
    args: [],
    npm: { package: '@agentclientprotocol/codex-acp', version: '2.6.0' },
    env: ({ CODEX_CONFIG }) => ({
      CODEX_CONFIG: JSON.stringify({ ...inheritedJson(CODEX_CONFIG), allow_login_shell: false }),
      // Not a moment in a mode that does not ask.
      INITIAL_AGENT_MODE: 'read-only',
    }),
    sessionMode: () => 'read-only',
    asks: { versions: '>=2.6.0' },
    // codex-acp trusts every folder that it works in.
    ownRules: { folder: '.codex/rules', ending: '.rules' },
    login: 'codex login',
    steering: true,
    cannotKeep: [
      'it reads, and runs commands in a sandbox that can neither write nor reach the network, without asking',
      'what ~/.codex/rules, and .codex/rules of the project, allow it runs without asking',
    ],
  },
}

/** Its sandbox cuts the network off by default, and with it the server that it is to report to. */
const sandbox = ({ permissionMode, interactive, cwd }: AgentInvocation): string[] => {
  if (permissionMode === 'bypassPermissions') return ['--dangerously-bypass-approvals-and-sandbox']
  return [
    ...['--sandbox', permissionMode === 'plan' ? 'read-only' : 'workspace-write'],
    ...['--config', 'sandbox_workspace_write.network_access=true'],
    // Else .git is read-only, and it cannot commit.
    ...(permissionMode === 'auto' && cwd !== undefined
      ? ['--config', `sandbox_workspace_write.writable_roots=${JSON.stringify([join(cwd, '.git')])}`]
      : []),
    ...(interactive ? ['--ask-for-approval', 'on-request'] : []),
  ]
}
