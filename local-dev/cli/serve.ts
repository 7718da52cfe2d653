import { createClient } from '../../functions/client/client'
import { defineCommand } from './command'
import { runFlags, runHere } from './runner'
import { configuration } from './this-machine'

export const command = defineCommand({
  about: 'Run the server, as npm start does; its configuration comes from the environment',
  example: 'PORT=4000 DATA_DIR=./data maestro serve --run --agent claude',
  args: {
    run: { type: 'boolean', description: 'Run the sessions that are spawned, too, as "maestro run" does' },
    ...runFlags,
  },
  async run({ args, json, print }) {
    if (json) process.env.LOG_FORMAT = 'json'
    // It begins when it is loaded, and ends with its process.
    await import('../server')
    if (!args.run) return undefined
    const client = createClient({ url: ownAddress(), token: configuration().apiToken })
    const runner = await runHere({ client, json, print, ...args }).catch((error) => {
      // Left alone, the server would go on without what it was started for.
      process.kill(process.pid, 'SIGTERM')
      throw error
    })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, runner.leave)
    await runner.done
    return undefined
  },
})

/** As this machine reaches it: SERVER_URL is what others are told, perhaps that of a proxy. */
const ownAddress = (): string => {
  const { host, port } = configuration()
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return `http://${isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}
