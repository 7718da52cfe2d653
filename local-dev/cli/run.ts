import { defineCommand } from './command'
import { runFlags, startLocalRunner } from './runner'

export const command = defineCommand({
  about: 'Start an agent for every session that is spawned, and for those that wait already',
  example: 'maestro run --agent claude --max 2',
  args: runFlags,
  async run({ args, client, environment: { token }, json, print }) {
    // Fails now if the address is wrong; later the server may go and come back.
    await client.health()
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
