/** `npm run skills:publish -- URL`: copies the skills of SKILLS_DIR to a hosted workspace, that of MAESTRO_API_TOKEN. */

import { readSkill } from '../../functions/services/skills'
import { homeFolder } from '../lib/home'
import { reasonOf } from '../lib/reason'
import { readConfig } from '../server/config'
import { readSkillFiles } from './read-skill-files'
import { findSkillFiles, linkLeadsOut, listSkillFolders, nameIsNoId, outsideDirectory } from './skill-folder'

/** What it did with one, in a line. One that cannot be used keeps none of the others back. */
const publish = async (url: string, directory: string, id: string, token = ''): Promise<string> => {
  const texts = await read(directory, id).catch((error) => reasonOf(error))
  if (typeof texts === 'string') return `left out   ${id}: ${texts}`
  const { manifest, instructions, notes } = texts
  const response = await fetch(`${url.replace(/\/$/, '')}/internal/skills/${id}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ manifest, instructions }),
  })
  if (!response.ok) throw new Error(`${id}: ${url} answered ${response.status}: ${await response.text()}`)
  return [`published  ${id}`, ...notes].join(': ')
}

/** Its texts, which can be used; else why there are none. */
const read = async (directory: string, id: string) => {
  const files = await findSkillFiles(directory, id)
  if (files === undefined) return 'it has neither manifest.json nor SKILL.md'
  if (files === outsideDirectory) return linkLeadsOut
  const texts = await readSkillFiles(id, files)
  readSkill(id, texts.manifest, texts.instructions)
  return texts
}

const run = async (): Promise<void> => {
  const [url] = process.argv.slice(2)
  if (url === undefined)
    throw new Error('The address of the hosted server is missing: npm run skills:publish -- URL')
  const configured = readConfig(process.env, homeFolder())
  if ('problems' in configured) throw new Error(configured.problems.join('\n'))
  const { skillsDir, apiToken } = configured.config
  const { names, unusable } = await listSkillFolders(skillsDir)
  for (const name of unusable) process.stdout.write(`left out   ${name}: ${nameIsNoId}\n`)
  for (const id of names) process.stdout.write(`${await publish(url, skillsDir, id, apiToken)}\n`)
}

await run().catch((error) => {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exitCode = 1
})
