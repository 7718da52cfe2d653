import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../look'

export const command = defineCommand({
  about: 'Leave out the task in processing, or else the next one',
  example: 'maestro queue skip --json',
  async run({ client, environment }) {
    const answer = await client.queue.skip(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
