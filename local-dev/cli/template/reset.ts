import { defineCommand } from '../command'
import { sentence } from '../format'

export const command = defineCommand({
  about: 'Reset a template to the built-in text of its role; its present text is lost',
  example: 'maestro template reset tmpl_1',
  ids: { id: 'template' },
  args: { id: { type: 'positional', description: 'The template', required: true } },
  async run({ client, args }) {
    const template = await client.templates.reset(args.id)
    return { json: template, text: sentence(`Reset ${template.id}: ${template.name}`) }
  },
})
