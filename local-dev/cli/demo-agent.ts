import { runDemo } from '../agents/demo'
import { serveDemo } from '../agents/demo-acp'
import { defineCommand } from './command'
import { ownSession } from './environment'

export const command = defineCommand({
  about: 'The agent behind --agent demo: writes a line into MAESTRO_DEMO.md for every task',
  example: 'maestro run --agent demo',
  args: { acp: { type: 'boolean', description: 'It speaks ACP over standard input and output' } },
  async run({ args, client, environment, print }) {
    const sessionId = ownSession(environment)
    if (args.acp) await serveDemo({ client, sessionId, input: process.stdin, write: print })
    else await runDemo({ client, sessionId, cwd: process.cwd(), print })
    return undefined
  },
})
