import { openInBrowser } from '../lib/browser'
import { defineCommand } from './command'

export const command = defineCommand({
  about: 'Open the console in a browser: who needs you, and what every agent does',
  example: 'MAESTRO_SERVER_URL=http://localhost:4000 maestro console --print',
  args: { print: { type: 'boolean', description: 'Print the address, and open nothing' } },
  async run({ args, client, environment, variables }) {
    // A browser says less well that nobody is there.
    await client.health()
    const address = `${client.url}/`
    const isOpened = args.print !== true && (await openInBrowser(address, variables))
    const hint =
      environment.token === undefined ? [] : ['It asks once for the token: the value of MAESTRO_API_TOKEN']
    const said = isOpened ? `Opened ${address}` : `The console: ${address}`
    return { json: { address, opened: isOpened }, text: [said, ...hint].join('\n') }
  },
})
