import { ApiError, apiError } from '../../schemas/errors'
import type { SessionManifest } from '../../schemas/manifest'
import { issuesOf, type Problem, validationError } from '../../schemas/problems'
import type { Session } from '../../schemas/session'
import { SpawnResponse, SpawnSessionRequest, spawnRefusals } from '../../schemas/spawn'
import { afterSteps, othersTurn } from '../../storage/others-turn'
import { requireRoomInFamily } from '../../storage/rules/families'
import { readerOf } from '../../storage/rules/find'
import { commandOf, planSpawn, type SpawnPlan, spawnSession as spawn } from '../../storage/rules/spawn'
import { grantSpawn } from '../../storage/rules/spawn-rights'
import { spawnWarnings } from '../../storage/rules/spawn-warnings'
import { manifestGenerationFailed, validateManifest } from '../../storage/rules/validate-manifest'
import { foreignPageOf } from '../http/guard'
import { operation } from '../http/operation'
import { type ChangeAnswer, respondChange } from '../http/respond-change'
import type { RequestContext } from '../services/app-services'
import { findNamed, type NamedSkills } from '../services/skill-prompt'

/** A wrong field that spawning has a code of its own for comes first, in the order of the table. */
const refuse = (problems: Problem[]) => {
  for (const [field, code] of spawnRefusals)
    if (problems.some((problem) => problem.path === field))
      return apiError(code, undefined, issuesOf(problems))
  return validationError(problems)
}

export const spawnSession = operation({
  method: 'POST',
  path: '/api/sessions/spawn',
  name: 'sessions.spawn',
  sessionAccess: 'project',
  summary: 'Spawn a session',
  description:
    'Creates the session, writes its manifest and asks every client to open a terminal for it, as one step.',
  body: SpawnSessionRequest,
  refuse,
  answers: { status: 201, schema: SpawnResponse },
  errors: [
    ...spawnRefusals.map(([, code]) => code),
    'task_not_found',
    'project_not_found',
    'parent_session_not_found',
    'NOT_FOUND',
    'TOO_MANY_CHILDREN',
    'INVALID_STATE',
    'manifest_generation_failed',
    'spawn_error',
    'STORAGE_UNAVAILABLE',
  ],
  emits: [
    'session:spawn',
    'session:task_added',
    'task:session_added',
    'queue:created',
    'task:updated',
    'session:updated',
  ],
  example: ({ project, task }) => ({ body: { projectId: project, taskIds: [task], role: 'worker' } }),
  run: async (c, { body }) => {
    const { workspace, manifests, skills, clock, newId, config, runners } = c.env
    const [caller, foreignPage] = [c.get('caller'), foreignPageOf(c)]
    const sessionId = newId('sess', clock())
    const named = await findNamed(skills, body.skills)
    const worktrees = runners.list().some((runner) => runner.worktrees)
    const { plan, warnings } = await workspace.read((documents) => {
      const reader = readerOf(documents)
      const limits = { maxChildren: config.maxChildren, now: clock() }
      const { request, granted, warnings } = grantSpawn(reader, body, { caller, foreignPage }, limits)
      const plan = planSpawn(reader, request, sessionId, granted)
      return { plan, warnings: [...warnings, ...spawnWarnings(reader, plan, named.found, worktrees)] }
    })
    const command = commandOf(plan.role)
    return carryOut(c, { plan, named }, (session) => ({
      status: 201,
      id: sessionId,
      body: {
        success: true,
        sessionId,
        manifestPath: manifests.location(sessionId),
        message: 'Spawn request sent to Agent Maestro',
        command,
        initialCommand: command,
        cwd: plan.project.workingDir,
        envVars: session.env,
        session,
        ...(warnings.length > 0 && { warnings }),
      },
    }))
  },
})

/**
 * The manifest first: whoever receives `session:spawn` can read it. Nothing is held while it is made, which may
 * take seconds and call this API. If the session does not come to be, nothing of it remains, also after a crash.
 */
const carryOut = async (
  c: RequestContext,
  { plan, named }: { plan: SpawnPlan; named: NamedSkills },
  answerOf: (session: Session) => ChangeAnswer,
): Promise<Response> => {
  const { manifests, config, machine, log } = c.env
  const { sessionId } = plan
  const environment = { manifestPath: manifests.location(sessionId), serverUrl: config.serverUrl }
  try {
    manifests.begin?.(sessionId)
    await betweenSteps(plan)
    const manifest = await generate(c, plan, named)
    await betweenSteps(plan)
    await manifests.write(sessionId, manifest)
    const caller = c.get('caller')
    const response = await respondChange(c, (tx) => {
      if (caller.kind === 'session') requireRoomInFamily(tx, caller.sessionId, config.maxChildren)
      return afterSteps(spawn(tx, plan, manifest, environment, machine), answerOf)
    })
    manifests.keep?.(sessionId)
    return response
  } catch (error) {
    await manifests.remove(sessionId).catch((err) => {
      log.warn({ sessionId, err }, 'What a failed spawn left behind cannot be removed')
    })
    throw asApiError(error, (why) => apiError('spawn_error', why))
  }
}

/** With more tasks, each step of a spawn takes so long that others have their turn after it. */
const maxTasksInTurn = 500

const betweenSteps = async ({ tasks }: SpawnPlan): Promise<void> => {
  if (tasks.length > maxTasksInTurn) await othersTurn()
}

const generate = async (c: RequestContext, plan: SpawnPlan, named: NamedSkills): Promise<SessionManifest> => {
  try {
    const generated = await c.env.generateManifest(plan, named)
    await betweenSteps(plan)
    return validateManifest(generated, plan)
  } catch (error) {
    throw asApiError(error, manifestGenerationFailed)
  }
}

/** What is no answer yet becomes one; the log still shows where it came from. */
const asApiError = (error: unknown, make: (why: string) => ApiError): ApiError => {
  if (error instanceof ApiError) return error
  return Object.assign(make(error instanceof Error ? error.message : String(error)), { cause: error })
}
