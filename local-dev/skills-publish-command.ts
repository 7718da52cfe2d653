/** `npm run skills:publish -- URL`: puts the skills of SKILLS_DIR into a hosted workspace, that of MAESTRO_API_TOKEN. */
import { homedir } from 'node:os'
import { readConfig } from './config'
import { findSkillFiles, leadsOut, listSkillFolders, readFound } from './skill-folder'

const publish = async (url: string, directory: string, id: string, token = ''): Promise<string> => {
  const files = await findSkillFiles(directory, id)
  if (files === undefined || files === leadsOut)
    return `left out   ${id}: no manifest.json, or a link that leads out`
  const body = {
    manifest: await readFound(files.manifest),
    instructions: files.instructions ? await readFound(files.instructions) : '',
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
  if (url === undefined) throw new Error('npm run skills:publish -- URL')
  const read = readConfig(process.env, homedir())
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const { skillsDir, apiToken } = read.config
  for (const id of await listSkillFolders(skillsDir))
    process.stdout.write(`${await publish(url, skillsDir, id, apiToken)}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
