import { type Client, MaestroError } from '../../../functions/client/client'
import { SpawnSessionRequest } from '../../../schemas/spawn'
import { budgetFlags, budgetFrom } from '../budget-flags'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { fieldsFrom, flagsOf, repeatableOf, requestOf } from '../fields'
import { sentence } from '../format'
import { resolveProject, unresolvedProject } from '../project/resolve'
import { reasonNotStarted } from './waiting'

const fields = [
  'taskIds',
  'projectId',
  'role',
  'strategy',
  'sessionName',
  'model',
  'agent',
  'permissionMode',
  'drive',
  'skills',
  'templateId',
  'context',
]

export const command = defineCommand({
  about: 'Create a session for tasks and request an agent; maestro run, or a connected UI, starts it',
  example: "maestro session spawn --task-ids task_1,task_2 --strategy queue --session-name 'Small repairs'",
  args: { ...flagsOf(SpawnSessionRequest.out.shape, fields), ...budgetFlags },
  repeatable: repeatableOf(fields),
  async run(commandContext) {
    const { client, values, environment } = commandContext
    const { context, ...given } = fieldsFrom(values, SpawnSessionRequest.out.shape, fields)
    const [minutes, costUsd] = [values('budget-minutes')[0], values('budget-usd')[0]]
    const budget = budgetFrom({ 'budget-minutes': minutes, 'budget-usd': costUsd })
    const request = requestOf(SpawnSessionRequest, {
      projectId: unresolvedProject,
      ...given,
      ...(budget && { budget }),
      ...(context !== undefined && { context: objectOf(String(context)) }),
      ...(environment.sessionId !== undefined && {
        spawnSource: 'session',
        sessionId: environment.sessionId,
      }),
    })
    const projectId = await resolveProject(commandContext, values('project-id')[0])
    await checkSkills(client, request.skills ?? [])
    const spawned = await client.sessions.spawn({ ...request, projectId })
    const { sessionId, cwd, command, warnings = [] } = spawned
    const waits = commandContext.json ? undefined : await reasonNotStarted(client, sessionId)
    const lines = [
      `Spawned ${sessionId}: ${command}, in ${cwd}`,
      ...warnings.map((text) => `Warning: ${text}`),
      ...(waits === undefined ? [] : [waits]),
    ]
    return { json: spawned, text: lines.map(sentence).join('\n') }
  },
})

/** A spawn leaves out skills that are not there; whoever names one here wants it. */
const checkSkills = async (client: Client, named: readonly string[]): Promise<void> => {
  if (named.length === 0) return
  const known = (await client.skills.list()).map(({ id }) => id)
  const missing = named.find((id) => !known.includes(id))
  if (missing !== undefined)
    throw new MaestroError(404, 'SKILL_NOT_FOUND', `Skill not found: ${missing} (maestro skill list has all)`)
}

const objectOf = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    throw new UsageError(`--context must be a JSON object like '{"ticket":"APP-12"}'`)
  }
}
