import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Start the next task of the queue',
  example: 'maestro queue start --json',
  async run({ client, environment }) {
    const answer = await client.queue.start(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
