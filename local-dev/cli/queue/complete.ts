import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Mark the task in processing as completed',
  example: 'maestro queue complete --json',
  async run({ client, environment }) {
    const answer = await client.queue.complete(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
