import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Skip the task in processing, or else the next one',
  example: 'maestro queue skip --json',
  async run({ client, environment }) {
    const answer = await client.queue.skip(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
