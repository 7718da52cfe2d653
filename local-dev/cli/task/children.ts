import { defineCommand } from '../command'
import { taskTable } from './format'

export const command = defineCommand({
  about: 'List the children of a task',
  example: 'maestro task children task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const tasks = await client.tasks.children(args.id)
    return { json: tasks, text: taskTable(tasks) }
  },
})
