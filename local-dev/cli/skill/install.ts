import { installSkills, keptNote } from '../../skills/skills-install'
import { defineCommand } from '../command'
import { table } from '../format'
import { localConfig } from '../this-machine'

export const command = defineCommand({
  about: 'Install the three system skills into SKILLS_DIR on this machine',
  example: 'SKILLS_DIR=./skills maestro skill install',
  args: {
    force: { type: 'boolean', description: 'Replace files that differ; your changes are lost' },
  },
  async run({ args, variables }) {
    const installed = await installSkills(localConfig(variables).skillsDir, {
      overwrite: args.force === true,
    })
    const kept = installed.some(({ outcome }) => outcome === 'kept')
    const rows = table(
      ['', 'FILE'],
      installed.map(({ outcome, file }) => [outcome, file]),
      '',
    )
    return {
      json: installed,
      text: kept ? `${rows}\n${keptNote}` : rows,
    }
  },
})
