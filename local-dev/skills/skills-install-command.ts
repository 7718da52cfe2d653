/** `npm run skills:install [-- --force]`: installs the system skills into SKILLS_DIR, and prints what it did. */

import { parseArgs } from 'node:util'
import { homeFolder } from '../lib/home'
import { reasonOf } from '../lib/reason'
import { readConfig } from '../server/config'
import { type InstalledFile, installSkills, keptNote } from './skills-install'

const words: Readonly<Record<InstalledFile['outcome'], string>> = {
  written: 'written   ',
  replaced: 'replaced  ',
  unchanged: 'up to date',
  kept: 'kept      ',
}

const run = async (): Promise<string[]> => {
  const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } })
  const read = readConfig(process.env, homeFolder())
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const installed = await installSkills(read.config.skillsDir, { overwrite: values.force })
  const kept = installed.some(({ outcome }) => outcome === 'kept')
  return [...installed.map(({ file, outcome }) => `${words[outcome]}  ${file}`), ...(kept ? [keptNote] : [])]
}

try {
  for (const line of await run()) process.stdout.write(`${line}\n`)
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exitCode = 1
}
