import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../look'
import { itemLine } from './look'

export const command = defineCommand({
  about: 'Show the task that comes next, and leave it there',
  example: 'maestro queue top --json',
  async run({ client, environment }) {
    const top = await client.queue.top(ownSession(environment))
    return { json: top, text: top.item ? itemLine(top.item) : sentence(top.message ?? 'The queue is empty') }
  },
})
