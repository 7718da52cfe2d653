import { defineCommand } from '../command'
import { table } from '../look'

export const command = defineCommand({
  about: 'List the skills that the server knows',
  example: 'maestro skill list',
  async run({ client }) {
    const skills = await client.skills.list()
    return {
      json: skills,
      text: table(
        ['ID', 'VERSION', 'TYPE', 'DESCRIPTION'],
        skills.map(({ id, version, type, description }) => [id, version, type, description]),
        'No skills: maestro skill install brings the three of the system',
      ),
    }
  },
})
