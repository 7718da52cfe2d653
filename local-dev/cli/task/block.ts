import { defineCommand } from '../command'
import { taskLine } from './format'

export const command = defineCommand({
  about: 'Mark a task as blocked, as its owner (a worker uses report blocked)',
  example: 'maestro task block task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.update(args.id, { status: 'blocked' })
    return { json: task, text: taskLine('Blocked', task) }
  },
})
