import { runDemo } from '../agents/demo'
import { defineCommand } from './command'
import { ownSession } from './environment'

export const command = defineCommand({
  about: 'The agent behind --agent demo: writes a line into MAESTRO_DEMO.md for every task',
  example: 'maestro run --agent demo',
  async run({ client, environment, print }) {
    await runDemo({ client, sessionId: ownSession(environment), cwd: process.cwd(), print: print })
    return undefined
  },
})
