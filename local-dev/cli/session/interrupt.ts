import { defineCommand } from '../command'
import { sessionLine } from './format'

export const command = defineCommand({
  about: "End the turn that a session's agent is in; the session stays, and waits to be told something",
  example: 'maestro session interrupt sess_1',
  args: { id: { type: 'positional', description: 'The session', required: true } },
  ids: { id: 'session' },
  async run({ client, args }) {
    const session = await client.sessions.interrupt(args.id)
    return { json: session, text: sessionLine('Interrupted', session) }
  },
})
