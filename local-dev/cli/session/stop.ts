import { defineCommand } from '../command'
import { sessionLine } from './format'

export const command = defineCommand({
  about: 'Stop a session: the runner ends its process',
  example: 'maestro session stop sess_1',
  args: { id: { type: 'positional', description: 'The session', required: true } },
  async run({ client, args }) {
    const session = await client.sessions.update(args.id, { status: 'stopped' })
    return { json: session, text: sessionLine('Stopped', session) }
  },
})
