import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { itemLine } from './format'

export const command = defineCommand({
  about: 'Add a task at the end of the queue',
  example: 'MAESTRO_SESSION_ID=sess_1 maestro queue push task_1',
  ids: { task: 'task' },
  args: { task: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args, environment }) {
    const answer = await client.queue.push(ownSession(environment), args.task)
    return { json: answer, text: itemLine(answer.item) }
  },
})
