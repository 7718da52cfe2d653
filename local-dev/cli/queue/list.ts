import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { itemTable } from './format'

export const command = defineCommand({
  about: 'List the items of the queue with their status',
  example: 'maestro queue list',
  async run({ client, environment }) {
    const answer = await client.queue.items(ownSession(environment))
    const { total, queued } = answer.stats
    return { json: answer, text: `${itemTable(answer.items)}\n${queued} of ${total} wait` }
  },
})
