import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../look'

export const command = defineCommand({
  about: 'Say that the task in processing has failed',
  example: "maestro queue fail --reason 'The tests do not pass'",
  args: { reason: { type: 'string', valueHint: 'TEXT', description: 'Why' } },
  async run({ client, args, environment }) {
    const answer = await client.queue.fail(ownSession(environment), args.reason)
    return { json: answer, text: sentence(answer.message) }
  },
})
