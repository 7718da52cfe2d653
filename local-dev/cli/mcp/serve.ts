import { tiers } from '../../../functions/mcp/tier'
import { version } from '../../../package.json'
import { reasonOf } from '../../lib/reason'
import { defineCommand } from '../command'
import { hostOverHttp } from './host'
import { tierFlag } from './tier-flag'

export const command = defineCommand({
  about: 'Serve the tools for agents (MCP) over standard input and output, until the input ends',
  example: 'MAESTRO_SESSION_ID=sess_1 maestro mcp --tier worker',
  args: {
    tier: {
      type: 'string',
      valueHint: 'TIER',
      description: `${tiers.join(', ')}; default: by the role of the session (MAESTRO_SESSION_ID, or whose token it is), else all`,
    },
  },
  async run({ args, environment, client, stdin, print, note, signal }) {
    const onError = (error: unknown) => note(reasonOf(error))
    const host = hostOverHttp({ environment, client, tier: tierFlag(args.tier), version, onError })
    const { serveTools } = await import('./stdio')
    await serveTools(host, { stdin, print, signal, onError })
    return undefined
  },
})
