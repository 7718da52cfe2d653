import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../look'

export const command = defineCommand({
  about: 'Take the next task from the queue',
  example: 'maestro queue start --json',
  async run({ client, environment }) {
    const answer = await client.queue.start(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
