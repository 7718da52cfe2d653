import { defineCommand } from '../command'
import { taskLine } from './look'

export const command = defineCommand({
  about: 'Say, as its owner, that a task is blocked (a worker says report blocked)',
  example: 'maestro task block task_1',
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.update(args.id, { status: 'blocked' })
    return { json: task, text: taskLine('Blocked', task) }
  },
})
