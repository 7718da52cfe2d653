/** How each agent is told of `maestro mcp`: in which file of its own, and in which words. */
import { join } from 'node:path'
import { isObject } from '../../schemas/fields'
import { withCodexEntry } from './codex-config'

/** What the agent passes on to `maestro mcp`: names alone, so that no token gets into a file. */
const passedOn = ['MAESTRO_SERVER_URL', 'MAESTRO_API_TOKEN', 'MAESTRO_SESSION_ID', 'SESSION_DIR'] as const

export interface McpConfig {
  /** The agent's configuration file, absolute. */
  file(places: Places): string
  /** That file with our entry in it, and all else as it was; `present` is empty where there is none. Throws if it cannot be read. */
  withEntry(present: string, args: readonly string[]): string
  /** The entry alone, as one would write it oneself. */
  entry(args: readonly string[]): string
}

interface Places {
  home: string
  env: NodeJS.ProcessEnv
}

const program = 'maestro'

/** In a file of JSON: under which key the servers stand, and how one is written. */
const inJson = (
  file: McpConfig['file'],
  key: string,
  server: (args: readonly string[]) => object,
): McpConfig => {
  const entryOf = (args: readonly string[]) => ({ [key]: { [program]: server(args) } })
  const text = (value: object) => `${JSON.stringify(value, null, 2)}\n`
  return {
    file,
    entry: (args) => text(entryOf(args)),
    withEntry(present, args) {
      const settings: unknown = present.trim() === '' ? {} : JSON.parse(present)
      if (!isObject(settings)) throw new Error('it is not a JSON object')
      const servers = settings[key] ?? {}
      if (!isObject(servers)) throw new Error(`its ${key} is not an object`)
      return text({ ...settings, [key]: { ...servers, [program]: server(args) } })
    },
  }
}

const variables = (reference: (name: string) => string) =>
  Object.fromEntries(passedOn.map((name) => [name, reference(name)]))

const claude = inJson(
  ({ home, env }) => join(env.CLAUDE_CONFIG_DIR || home, '.claude.json'),
  'mcpServers',
  (args) => ({ type: 'stdio', command: program, args, env: variables((name) => `\${${name}:-}`) }),
)

const gemini = inJson(
  ({ home }) => join(home, '.gemini', 'settings.json'),
  'mcpServers',
  (args) => ({ command: program, args, env: variables((name) => `\${${name}}`) }),
)

const opencode = inJson(
  ({ home, env }) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode', 'opencode.json'),
  'mcp',
  (args) => ({
    type: 'local',
    command: [program, ...args],
    environment: variables((name) => `{env:${name}}`),
    enabled: true,
  }),
)

const codexHeader = `[mcp_servers.${program}]`

const codexEntry = (args: readonly string[]): string =>
  `${[
    codexHeader,
    `command = ${JSON.stringify(program)}`,
    `args = ${JSON.stringify(args)}`,
    `env_vars = ${JSON.stringify(passedOn)}`,
    // It gives a tool a minute: what waits, waits 50 s.
    'tool_timeout_sec = 90',
  ].join('\n')}\n`

/** TOML: a table of our own, which stands where it was, or at the end. */
const codex: McpConfig = {
  file: ({ home, env }) => join(env.CODEX_HOME || join(home, '.codex'), 'config.toml'),
  entry: codexEntry,
  withEntry: (present, args) => withCodexEntry(present, codexEntry(args)),
}

/** The agents that are known, by name. */
export const mcpConfigs: Readonly<Record<string, McpConfig>> = { claude, codex, gemini, opencode }
