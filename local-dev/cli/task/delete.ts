import { defineCommand } from '../command'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Delete a task; its children move up to its parent',
  example: 'maestro task delete task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const deleted = await client.tasks.delete(args.id)
    return { json: deleted, text: sentence(`Deleted ${deleted.id}`) }
  },
})
