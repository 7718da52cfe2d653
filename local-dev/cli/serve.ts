import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, createClient, MaestroError } from '../../functions/client/client'
import { httpFetch } from '../lib/http-fetch'
import { defineCommand } from './command'
import { runFlags } from './run-flags'
import { startLocalRunner } from './runner'
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
    // The words of this command are none of the server's.
    process.argv.splice(2)
    // Importing it starts it, or ends this process; then it ends with this process.
    if (!args.run) {
      await import('../server/server')
      return undefined
    }
    const { apiToken: token, dataDir } = localConfig()
    const client = createClient({ url: ownAddress(), token, fetch: httpFetch })
    if (await isMaestro(client))
      throw new Error(
        `A server runs already at ${client.url}: ${runCommand(client.url)} starts agents for it`,
      )
    const hint = () => {
      // A server that could not start has left no lock: it is that of another.
      if (existsSync(join(dataDir, '.lock')))
        process.stderr.write(
          `If that server is to go on, start agents for it: ${runCommand('its address')}\n`,
        )
    }
    process.once('exit', hint)
    await import('../server/server')
    process.off('exit', hint)
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

/** Whether a server of ours answers there, whatever it says. */
const isMaestro = (client: Client): Promise<boolean> =>
  client.health().then(
    () => true,
    (error) => error instanceof MaestroError && error.code !== 'UNEXPECTED_ANSWER',
  )

/** What starts a runner for a server. */
const runCommand = (url: string): string =>
  url === 'http://127.0.0.1:3000' ? '"maestro run"' : `"MAESTRO_SERVER_URL=${url} maestro run"`

/** The address on this machine; SERVER_URL is the public one, perhaps of a proxy. */
const ownAddress = (): string => {
  const { host, port } = localConfig()
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return `http://${isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}
