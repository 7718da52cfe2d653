import { endedStatuses } from '../../../schemas/ended-statuses'
import { defineCommand } from '../command'
import { sessionLine } from './format'

export const command = defineCommand({
  about:
    'Stop a session: its tasks are free again, and the runner ends its processes; one that has ended stays as it is',
  example: 'maestro session stop sess_1',
  ids: { id: 'session' },
  args: { id: { type: 'positional', description: 'The session', required: true } },
  async run({ client, args }) {
    const { status } = await client.sessions.get(args.id)
    const session = await client.sessions.stop(args.id)
    const did = endedStatuses.includes(status) ? 'Ended before' : 'Stopped'
    return { json: session, text: sessionLine(did, session) }
  },
})
