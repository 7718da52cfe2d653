import { defineCommand } from '../command'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Delete a project that has neither tasks nor sessions',
  example: 'maestro project delete proj_1',
  ids: { id: 'project' },
  args: { id: { type: 'positional', description: 'The project', required: true } },
  async run({ client, args }) {
    const deleted = await client.projects.delete(args.id)
    return { json: deleted, text: sentence(`Deleted ${deleted.id}`) }
  },
})
