import { Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer } from '../../../functions/mcp/server'
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
    const tier = tierFlag(args.tier)
    const host = hostOverHttp({
      environment,
      client,
      tier,
      version,
      onError: (error) => note(reasonOf(error)),
    })
    const ended = new Promise<void>((resolve) => {
      stdin.once('end', resolve)
      stdin.once('close', resolve)
      signal.addEventListener('abort', () => resolve())
    })
    const serving = serveStdio(({ era }) => createMcpServer(host, { era, stays: true }), {
      transport: new StdioServerTransport(stdin, linesInto(print)),
      onerror: (error) => note(reasonOf(error)),
    })
    await ended
    await serving.close()
    return undefined
  },
})

/** The SDK writes a message and its line end at once. */
const linesInto = (print: (line: string) => void): Writable =>
  new Writable({
    decodeStrings: false,
    write(text, _, done) {
      print(String(text).trimEnd())
      done()
    },
  })
