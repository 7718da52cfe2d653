import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sessionDetails } from './format'
import { reasonsOfWaiting } from './waiting'

export const command = defineCommand({
  about: 'Show a session with its timeline; without an id, this one',
  example: 'maestro session show sess_1',
  ids: { id: 'session' },
  args: { id: { type: 'positional', description: 'The session', required: false } },
  async run({ client, args, environment }) {
    const session = await client.sessions.get(args.id ?? ownSession(environment))
    const waits = (await reasonsOfWaiting(client, [session])).get(session.id)
    return { json: session, text: sessionDetails(session, waits) }
  },
})
