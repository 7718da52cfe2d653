import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../look'

export const command = defineCommand({
  about: 'Say that the task in processing is done',
  example: 'maestro queue complete --json',
  async run({ client, environment }) {
    const answer = await client.queue.complete(ownSession(environment))
    return { json: answer, text: sentence(answer.message) }
  },
})
