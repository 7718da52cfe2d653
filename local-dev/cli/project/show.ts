import { defineCommand } from '../command'
import { projectDetails } from './format'

export const command = defineCommand({
  about: 'Show a project',
  example: 'maestro project show proj_1',
  ids: { id: 'project' },
  args: { id: { type: 'positional', description: 'The project', required: true } },
  async run({ client, args }) {
    const project = await client.projects.get(args.id)
    return { json: project, text: projectDetails(project) }
  },
})
