import { defineCommand } from './command'
import { runFlags, runHere } from './runner'

export const command = defineCommand({
  about: 'Start an agent for every session that is spawned, and for those spawned in the meantime',
  example: 'maestro run --agent claude --max 2',
  args: runFlags,
  async run({ args, client, json, print }) {
    // A server that is not there now may be the wrong one; from then on it may go and come back.
    await client.health()
    const runner = await runHere({ client, json, print, ...args })
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        runner.leave()
        process.exit(0)
      })
    await runner.done
    return undefined
  },
})
