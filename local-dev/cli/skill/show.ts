import { defineCommand } from '../command'
import { details } from '../format'

export const command = defineCommand({
  about: 'Show a skill with its instructions',
  example: 'maestro skill show maestro-worker',
  ids: { id: 'skill' },
  args: { id: { type: 'positional', description: 'The skill', required: true } },
  async run({ client, args }) {
    const skill = await client.skills.get(args.id)
    const { id, name, version, description, type, assignTo, dependencies, instructions } = skill
    const head = details({ skill: id, name, version, description, type, for: assignTo, dependencies })
    return { json: skill, text: `${head}\n\n${instructions}` }
  },
})
