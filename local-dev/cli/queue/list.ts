import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { itemTable } from './look'

export const command = defineCommand({
  about: 'List what is in the queue, and what became of it',
  example: 'maestro queue list',
  async run({ client, environment }) {
    const answer = await client.queue.items(ownSession(environment))
    const { total, queued } = answer.stats
    return { json: answer, text: `${itemTable(answer.items)}\n${queued} of ${total} wait` }
  },
})
