import type { ArgsDef } from 'citty'
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

const worktreeFlags = {
  worktree: { type: 'boolean', description: 'Give it a git worktree of its own, on a branch of its own' },
  branch: {
    type: 'string',
    valueHint: 'BRANCH',
    description: "The worktree's branch, a new one; default: maestro/ and the session's id",
  },
  base: {
    type: 'string',
    valueHint: 'COMMIT',
    description: 'What that branch begins from: a branch, a tag or a commit; default: the present HEAD',
  },
  'without-worktree': {
    type: 'boolean',
    description: 'Let it work in the project’s directory, also where the runner gives worktrees',
  },
} as const satisfies ArgsDef

export const command = defineCommand({
  about: 'Create a session for tasks and request an agent; maestro run, or a connected UI, starts it',
  example: "maestro session spawn --task-ids task_1,task_2 --strategy queue --session-name 'Small repairs'",
  args: { ...flagsOf(SpawnSessionRequest.out.shape, fields), ...budgetFlags, ...worktreeFlags },
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
      ...worktreeFrom(values),
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

const worktreeFrom = (values: (flag: string) => string[]): { worktree?: unknown } => {
  const [branch, base] = [values('branch')[0], values('base')[0]]
  const isWanted = values('worktree').length > 0
  const isRefused = values('without-worktree').length > 0
  if (isRefused && (isWanted || branch !== undefined || base !== undefined))
    throw new UsageError('--without-worktree goes with none of --worktree, --branch and --base')
  if (branch !== undefined || base !== undefined)
    return { worktree: { ...(branch !== undefined && { branch }), ...(base !== undefined && { base }) } }
  return isWanted || isRefused ? { worktree: isWanted } : {}
}

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
