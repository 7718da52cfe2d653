import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Mark the task in processing as failed',
  example: "maestro queue fail --reason 'The tests do not pass'",
  args: { reason: { type: 'string', valueHint: 'TEXT', description: 'Why it failed' } },
  async run({ client, args, environment }) {
    const answer = await client.queue.fail(ownSession(environment), args.reason)
    return { json: answer, text: sentence(answer.message) }
  },
})
