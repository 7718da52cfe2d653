import { basename, dirname, resolve } from 'node:path'
import {
  type Client,
  MaestroError,
  type Role,
  type Skill,
  type Template,
} from '../../../functions/client/client'
import { formatForPrompt } from '../../../functions/services/skill-prompt'
import { SpawnSessionRequest } from '../../../schemas/spawn'
import { createMemoryDocuments } from '../../../storage/documents'
import { Entry } from '../../../storage/entry'
import { readerOf } from '../../../storage/rules/find'
import { makeManifest } from '../../../storage/rules/manifest'
import { chosenBy } from '../../../storage/rules/spawn'
import { listOf } from '../arguments'
import { defineCommand } from '../command'
import type { Environment } from '../environment'
import { requestOf } from '../fields'
import { sentence } from '../format'
import { writeManifest } from './write'

export const command = defineCommand({
  about: 'Write the manifest of a session; the server calls this where MANIFEST_GENERATOR is cli',
  example:
    'maestro manifest generate --role worker --project-id proj_1 --task-ids task_1 --output manifest.json',
  // A server calls this, which may be another one than that of the environment.
  ids: { 'task-ids': 'exact', skills: 'exact' },
  args: {
    role: { type: 'string', required: true, valueHint: 'worker|orchestrator', description: 'Role' },
    'project-id': { type: 'string', required: true, valueHint: 'ID', description: 'Project' },
    'task-ids': { type: 'string', required: true, valueHint: 'ID,ID', description: 'Tasks, in order' },
    skills: { type: 'string', valueHint: 'ID,ID', description: 'Skills for the prompt' },
    strategy: { type: 'string', valueHint: 'simple|queue|tree', description: 'Strategy; default simple' },
    'api-url': { type: 'string', valueHint: 'URL', description: 'Server; default: MAESTRO_SERVER_URL' },
    output: {
      type: 'string',
      required: true,
      valueHint: 'FILE',
      description: 'The file to write; -: standard output',
    },
  },
  repeatable: ['task-ids', 'skills'],
  async run({ args, values, environment, clientOf, note }) {
    const request = requestOf(SpawnSessionRequest, {
      projectId: args['project-id'],
      taskIds: listOf(values('task-ids')),
      skills: listOf(values('skills')),
      role: args.role,
      strategy: args.strategy,
    })
    const client = clientOf(args['api-url'] ?? environment.serverUrl)
    const role = request.role ?? 'worker'
    const project = await client.projects.get(request.projectId)
    const documents = createMemoryDocuments()
    // A session may work on tasks of several projects, and those related to them may be anywhere.
    for (const task of await client.tasks.list()) documents.put('tasks', new Entry('tasks', task))
    const reader = readerOf(documents)
    const tasks = request.taskIds.map((id) => reader.get('tasks', id) ?? notFound(`Task ${id} not found`))
    const output = resolve(args.output)
    const plan = {
      request,
      project,
      tasks,
      chosen: chosenBy(request, tasks),
      role,
      strategy: request.strategy ?? 'simple',
      template: await templateOf(client, role),
      sessionId: sessionOf(output, environment),
    }
    const skillsText = formatForPrompt(await skillsNamed(client, request.skills ?? [], note))
    const manifest = makeManifest(reader, plan, skillsText)
    if (args.output === '-') return { json: manifest, text: JSON.stringify(manifest, null, 2) }
    await writeManifest(output, manifest)
    return { json: manifest, text: sentence(`Wrote ${output}`) }
  },
})

const notFound = (message: string): never => {
  throw new MaestroError(404, 'TASK_NOT_FOUND', message)
}

/** The server keeps a manifest in a folder with the session's name; it has no flag for it. */
const sessionOf = (output: string, { sessionId }: Environment): string =>
  basename(output) === 'manifest.json' ? basename(dirname(output)) : (sessionId ?? '')

/** A role without any template starts from the built-in text. */
const templateOf = (client: Client, role: Role): Promise<Template | undefined> =>
  undefinedIfMissing(client.templates.ofRole(role))

/** Missing and broken skills are left out: a spawn does not fail because of one. */
const skillsNamed = async (
  client: Client,
  ids: readonly string[],
  note: (line: string) => void,
): Promise<Skill[]> => {
  const skills: Skill[] = []
  for (const id of ids) {
    const skill = await undefinedIfMissing(client.skills.get(id))
    if (skill) skills.push(skill)
    else note(`The skill ${id} is left out: it does not exist, or is broken`)
  }
  return skills
}

const undefinedIfMissing = async <T>(wanted: Promise<T>): Promise<T | undefined> => {
  try {
    return await wanted
  } catch (error) {
    const isMissing =
      error instanceof MaestroError && (error.status === 404 || error.code === 'SKILL_LOAD_ERROR')
    if (isMissing) return undefined
    throw error
  }
}
