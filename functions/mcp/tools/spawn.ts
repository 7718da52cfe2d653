import * as z from 'zod'
import { PermissionMode } from '../../../schemas/agent'
import { Strategy } from '../../../schemas/session'
import { Role } from '../../../schemas/template'
import { optionalId } from '../arguments'
import { brief } from '../brief'
import { requiredProject, tool } from '../tool'

export const spawn = tool({
  name: 'spawn',
  description: 'Have an agent started on tasks, in a session below yours.',
  isForOrchestrators: true,
  operations: ['sessions.spawn', 'sessions.get'],
  input: z.object({
    taskIds: z.array(z.string()).min(1),
    projectId: optionalId('Default: yours'),
    role: Role.optional(),
    strategy: Strategy.optional().meta({ description: 'queue: one after the other; tree: those below too' }),
    sessionName: z.string().optional(),
    agent: z.string().optional().meta({ description: 'claude, codex, …' }),
    model: z.string().optional(),
    permissionMode: PermissionMode.optional(),
    worktree: z.boolean().optional().meta({ description: 'true: in a git worktree and branch of its own' }),
    skills: z.array(z.string()).optional(),
    budget: z.object({ minutes: z.number().optional(), costUsd: z.number().optional() }).optional(),
  }),
  async run(context, { projectId, ...fields }) {
    const { call, sessionId } = context
    const parent = sessionId === undefined ? {} : { spawnSource: 'session', sessionId }
    const body = { projectId: await requiredProject(context, projectId), ...fields, ...parent }
    const answer = Spawned.parse((await call('sessions.spawn', { body })).body)
    return { session: brief(answer.session), ...(answer.warnings && { warnings: answer.warnings }) }
  },
})

const Spawned = z.looseObject({ session: z.looseObject({}), warnings: z.array(z.string()).optional() })
