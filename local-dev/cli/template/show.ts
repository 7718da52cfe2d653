import { defineCommand } from '../command'
import { details } from '../format'

export const command = defineCommand({
  about: 'Show a template with its text',
  example: 'maestro template show tmpl_1',
  ids: { id: 'template' },
  args: { id: { type: 'positional', description: 'The template', required: true } },
  async run({ client, args }) {
    const template = await client.templates.get(args.id)
    const { id, name, role, content } = template
    const head = details({ template: id, name, role, default: template.isDefault ? 'yes' : 'no' })
    return { json: template, text: `${head}\n\n${content}` }
  },
})
