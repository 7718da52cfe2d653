import { defineCommand } from '../command'
import { taskLine } from './format'

export const command = defineCommand({
  about: 'Mark a task as completed, as its owner (a worker uses report complete)',
  example: 'maestro task complete task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.update(args.id, { status: 'completed' })
    return { json: task, text: taskLine('Completed', task) }
  },
})
