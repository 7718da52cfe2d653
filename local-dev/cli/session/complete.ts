import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sessionLine } from './format'

export const command = defineCommand({
  about: 'End this session as completed; its tasks stay as they are',
  example: 'maestro session complete',
  async run({ client, environment }) {
    const session = await client.sessions.update(ownSession(environment), { status: 'completed' })
    return { json: session, text: sessionLine('Completed', session) }
  },
})
