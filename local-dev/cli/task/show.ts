import { defineCommand } from '../command'
import { taskDetails } from './format'

export const command = defineCommand({
  about: 'Show a task',
  example: 'maestro task show task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.get(args.id)
    return { json: task, text: taskDetails(task) }
  },
})
