import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Ask a person: the session waits for an answer; its tasks keep their status',
  example: "maestro session needs-input 'May I use port 4000?'",
  args: { message: { type: 'positional', valueHint: 'TEXT', description: 'The question', required: true } },
  async run({ client, args, environment }) {
    const { message } = args
    const session = await client.sessions.update(ownSession(environment), {
      needsInput: { active: true, message },
      timeline: [{ type: 'needs_input', message }],
    })
    return { json: session, text: sentence(`Asked in ${session.id}: ${message}`) }
  },
})
