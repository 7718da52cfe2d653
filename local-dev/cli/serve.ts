import { createClient } from '../../functions/client/client'
import { defineCommand } from './command'
import { runFlags, startLocalRunner } from './runner'
import { localConfig } from './this-machine'

export const command = defineCommand({
  about: 'Start the server, as npm start does; environment variables configure it',
  example: 'PORT=4000 DATA_DIR=./data maestro serve --run --agent claude',
  args: {
    run: { type: 'boolean', description: 'Also run the sessions that are spawned, as "maestro run" does' },
    ...runFlags,
  },
  async run({ args, json, print }) {
    if (json) process.env.LOG_FORMAT = 'json'
    // Importing it starts it; it ends with this process.
    await import('../server')
    if (!args.run) return undefined
    const token = localConfig().apiToken
    const client = createClient({ url: ownAddress(), token })
    const runner = await startLocalRunner({ client, token, json, print, ...args }).catch((error) => {
      // Without its runner, the server is not what was asked for.
      process.kill(process.pid, 'SIGTERM')
      throw error
    })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, runner.detach)
    await runner.done
    return undefined
  },
})

/** The address on this machine; SERVER_URL is the public one, perhaps of a proxy. */
const ownAddress = (): string => {
  const { host, port } = localConfig()
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return `http://${isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}
