import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sentence } from '../format'
import { itemLine } from './format'

export const command = defineCommand({
  about: 'Show the next task without starting it',
  example: 'maestro queue top --json',
  async run({ client, environment }) {
    const top = await client.queue.top(ownSession(environment))
    return { json: top, text: top.item ? itemLine(top.item) : sentence(top.message ?? 'The queue is empty') }
  },
})
