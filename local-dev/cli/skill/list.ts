import { defineCommand } from '../command'
import { table } from '../format'

export const command = defineCommand({
  about: 'List the skills of the server',
  example: 'maestro skill list',
  async run({ client }) {
    const skills = await client.skills.list()
    return {
      json: skills,
      text: table(
        ['ID', 'VERSION', 'TYPE', 'DESCRIPTION'],
        skills.map(({ id, version, type, description }) => [id, version, type, description]),
        'No skills: maestro skill install installs the three system skills',
      ),
    }
  },
})
