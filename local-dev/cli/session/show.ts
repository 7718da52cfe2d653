import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sessionDetails } from './format'

export const command = defineCommand({
  about: 'Show a session with its timeline; without an id, this one',
  example: 'maestro session show sess_1',
  args: { id: { type: 'positional', description: 'The session', required: false } },
  async run({ client, args, environment }) {
    const session = await client.sessions.get(args.id ?? ownSession(environment))
    return { json: session, text: sessionDetails(session) }
  },
})
