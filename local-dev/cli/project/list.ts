import { defineCommand } from '../command'
import { table } from '../format'

export const command = defineCommand({
  about: 'List projects',
  example: 'maestro project list --json',
  async run({ client }) {
    const projects = await client.projects.list()
    return {
      json: projects,
      text: table(
        ['ID', 'NAME', 'DIRECTORY'],
        projects.map(({ id, name, workingDir }) => [id, name, workingDir]),
        'No projects',
      ),
    }
  },
})
