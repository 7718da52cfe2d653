import { defineCommand } from '../command'
import { taskLine } from './look'

export const command = defineCommand({
  about: 'Say, as its owner, that a task is completed (a worker says report complete)',
  example: 'maestro task complete task_1',
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.update(args.id, { status: 'completed' })
    return { json: task, text: taskLine('Completed', task) }
  },
})
