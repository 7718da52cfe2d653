import { defineCommand } from '../command'
import { sentence } from '../format'
import { sessionLine } from './format'
import { reasonNotStarted } from './waiting'

export const command = defineCommand({
  about:
    'Begin a session that has ended anew: the same id, tasks and prompt, and what is not completed in its queue',
  example: 'maestro session restart sess_1',
  args: { id: { type: 'positional', description: 'The session', required: true } },
  ids: { id: 'session' },
  async run({ client, args, json }) {
    const session = await client.sessions.restart(args.id)
    const waits = json ? undefined : await reasonNotStarted(client, session.id)
    const lines = [sessionLine('Begun anew:', session), ...(waits === undefined ? [] : [sentence(waits)])]
    return { json: session, text: lines.join('\n') }
  },
})
