/** `npm run skills:publish -- URL`: copies the skills of SKILLS_DIR to a hosted workspace, that of MAESTRO_API_TOKEN. */

import { homeFolder } from '../lib/home'
import { reasonOf } from '../lib/reason'
import { readConfig } from '../server/config'
import { findSkillFiles, listSkillFolders, outsideDirectory, readFoundFile } from './skill-folder'

const publish = async (url: string, directory: string, id: string, token = ''): Promise<string> => {
  const files = await findSkillFiles(directory, id)
  if (files === undefined || files === outsideDirectory)
    return `left out   ${id}: it has no manifest.json, or a link leads out of ${directory}`
  const body = {
    manifest: await readFoundFile(files.manifest),
    instructions: files.instructions ? await readFoundFile(files.instructions) : '',
  }
  const response = await fetch(`${url.replace(/\/$/, '')}/internal/skills/${id}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${id}: ${url} answered ${response.status}: ${await response.text()}`)
  return `published  ${id}`
}

try {
  const [url] = process.argv.slice(2)
  if (url === undefined)
    throw new Error('The address of the hosted server is missing: npm run skills:publish -- URL')
  const read = readConfig(process.env, homeFolder())
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const { skillsDir, apiToken } = read.config
  for (const id of await listSkillFolders(skillsDir))
    process.stdout.write(`${await publish(url, skillsDir, id, apiToken)}\n`)
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exitCode = 1
}
