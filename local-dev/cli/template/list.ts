import { defineCommand } from '../command'
import { table, time } from '../format'

export const command = defineCommand({
  about: 'List templates; sessions use the custom one of their role that changed last, else the default',
  example: 'maestro template list',
  async run({ client }) {
    const templates = await client.templates.list()
    return {
      json: templates,
      text: table(
        ['ID', 'ROLE', 'DEFAULT', 'CHANGED', 'NAME'],
        templates.map(({ id, role, isDefault, updatedAt, name }) => [
          id,
          role,
          isDefault ? 'yes' : 'no',
          time(updatedAt),
          name,
        ]),
        'No templates',
      ),
    }
  },
})
