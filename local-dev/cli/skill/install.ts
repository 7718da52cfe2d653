import { resolve } from 'node:path'
import { installSkills, keptNote } from '../../skills/skills-install'
import { defineCommand } from '../command'
import { table } from '../format'
import { localConfig } from '../this-machine'

export const command = defineCommand({
  about: 'Install the three system skills on this machine: into SKILLS_DIR, or where an agent looks',
  example: 'maestro skill install --to .claude/skills',
  args: {
    to: {
      type: 'string',
      valueHint: 'FOLDER',
      description: 'Put a SKILL.md for each into this folder of an agent, in place of SKILLS_DIR',
    },
    force: { type: 'boolean', description: 'Replace files that differ; your changes are lost' },
  },
  async run({ args, variables, cwd }) {
    const installed = await installSkills(
      args.to === undefined ? localConfig(variables).skillsDir : resolve(cwd, args.to),
      { overwrite: args.force === true, forAgents: args.to !== undefined },
    )
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
