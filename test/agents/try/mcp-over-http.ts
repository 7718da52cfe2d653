// The configuration of each agent for `/mcp` itself, as docs/mcp.md has it: the token by the name of its variable.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '../../../schemas/fields'

const bearer = (reference: string) => ({ Authorization: `Bearer ${reference}` })

/** Into a file of JSON, beside what is there. */
const inJson =
  (name: string, key: string, server: (url: string) => object) => (home: string, url: string) => {
    const file = join(home, name)
    const settings: unknown = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(
      file,
      JSON.stringify({ ...(isObject(settings) && settings), [key]: { maestro: server(url) } }),
    )
  }

/** Writes it into a home, for the address of `/mcp`. */
export const writeOverHttp: Readonly<Record<string, (home: string, url: string) => void>> = {
  claude: inJson('.claude.json', 'mcpServers', (url) => ({
    type: 'http',
    url,
    headers: bearer(`\${MAESTRO_API_TOKEN:-}`),
  })),
  codex: (home, url) => {
    const file = join(home, '.codex/config.toml')
    const server = `[mcp_servers.maestro]\nurl = "${url}"\nbearer_token_env_var = "MAESTRO_API_TOKEN"\n`
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${server}`)
  },
  gemini: inJson('.gemini/settings.json', 'mcpServers', (url) => ({
    httpUrl: url,
    headers: bearer(`\${MAESTRO_API_TOKEN}`),
  })),
  opencode: inJson('.config/opencode/opencode.json', 'mcp', (url) => ({
    type: 'remote',
    url,
    headers: bearer('{env:MAESTRO_API_TOKEN}'),
    oauth: false,
    enabled: true,
  })),
}
