import { homedir } from 'node:os'
import { readConfig } from '../../config'
import { installSkills } from '../../skills-install'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { table } from '../look'

export const command = defineCommand({
  about: 'Put the three system skills into SKILLS_DIR of this machine',
  example: 'SKILLS_DIR=./skills maestro skill install',
  args: {
    force: { type: 'boolean', description: 'Replace files that were changed; the changes are lost' },
  },
  async run({ args }) {
    const read = readConfig(process.env, homedir())
    if ('problems' in read) throw new UsageError(read.problems.join('; '))
    const installed = await installSkills(read.config.skillsDir, { overwrite: args.force === true })
    const kept = installed.some(({ outcome }) => outcome === 'kept')
    const rows = table(
      ['', 'FILE'],
      installed.map(({ outcome, file }) => [outcome, file]),
      '',
    )
    return {
      json: installed,
      text: kept ? `${rows}\nWhat was kept differs from what is shipped: --force replaces it.` : rows,
    }
  },
})
