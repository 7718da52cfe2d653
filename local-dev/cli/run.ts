import { undefinedIfNotFound } from '../lib/not-found'
import { defineCommand } from './command'
import { runFlags } from './run-flags'
import { startLocalRunner } from './runner'

/** An older server does not know the request at all; with such a server, a runner would wait for ever. */
const noSession = 'none'

export const command = defineCommand({
  about: 'Start an agent for every session that is spawned, and for those that wait already',
  example: 'maestro run --agent claude --max 2',
  args: runFlags,
  async run({ args, client, environment: { token }, json, print }) {
    // Fails now if the address is wrong, or the server does not know what a runner may start; later it may go and come back.
    await client.health()
    await undefinedIfNotFound(client.sessions.stop(noSession))
    const runner = await startLocalRunner({ client, token, json, print, ...args })
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        runner.detach()
        process.exit(0)
      })
    await runner.done
    return undefined
  },
})
